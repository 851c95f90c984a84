package dev.holdfast.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What one thread has used up to one moment.
 *
 * @param ticks user and system time, in units of 10 ms
 * @param waitedNanos ready to run, with no processor to run on; 0 where the kernel does not say
 */
record ThreadUse(long ticks, long waitedNanos) {
    static final ThreadUse NONE = new ThreadUse(0, 0);

    /** Null when the thread has ended meanwhile. */
    static @Nullable ThreadUse of(Path task) {
        try {
            ProcessStat stat = ProcessStat.parse(Files.readString(task.resolve("stat")));
            return stat == null ? null : new ThreadUse(stat.ticks(), waited(task.resolve("schedstat")));
        } catch (IOException endedMeanwhile) {
            return null;
        }
    }

    private static long waited(Path file) {
        try {
            return parseWaited(Files.readString(file));
        } catch (IOException notInThisKernel) {
            return 0;
        }
    }

    /** The second number of {@code /proc/PID/task/TID/schedstat} (Linux, Documentation/scheduler/sched-stats). */
    static long parseWaited(String line) {
        String[] fields = line.strip().split(" ", -1);
        try {
            return fields.length < 2 ? 0 : Long.parseLong(fields[1]);
        } catch (NumberFormatException notSchedstat) {
            return 0;
        }
    }
}
