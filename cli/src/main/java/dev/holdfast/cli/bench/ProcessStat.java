package dev.holdfast.cli.bench;

import org.jspecify.annotations.Nullable;

/**
 * What a line of {@code /proc/PID/stat} or {@code /proc/PID/task/TID/stat} says about processor time (Linux, proc(5)).
 *
 * @param ticks user and system time, all threads in the first case, in units of 10 ms
 */
record ProcessStat(long ticks) {
    /** Clock ticks of a second as programs see them: fixed at 100 on every Linux that Holdfast runs on. */
    static final int TICKS_PER_SECOND = 100;

    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;

    /** Null for a line that is none. The name of the process, in parentheses, may hold spaces and parentheses itself. */
    static @Nullable ProcessStat parse(String line) {
        int nameEnd = line.lastIndexOf(')');
        if (nameEnd < 0 || nameEnd + 2 > line.length()) {
            return null;
        }
        String[] fields = line.substring(nameEnd + 2).strip().split(" ", -1);
        if (fields.length <= SYSTEM_TIME) {
            return null;
        }
        try {
            return new ProcessStat(Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]));
        } catch (NumberFormatException notStat) {
            return null;
        }
    }
}
