package dev.holdfast.cli.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Processor time of a process up to one moment, and its memory at that moment.
 *
 * @param nanoTime when it was taken, on {@link System#nanoTime}'s clock
 * @param ticks user and system time of all threads, ended ones too
 * @param threads the same by id of each thread that lives
 */
record ProcessUse(long nanoTime, long ticks, Map<String, ThreadUse> threads, long residentBytes, int cpus) {

    /** Takes it from {@code /proc}. */
    static ProcessUse of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        ProcessStat stat = ProcessStat.parse(Files.readString(process.resolve("stat")));
        if (stat == null) {
            throw new IOException(process.resolve("stat") + " is not of the form that proc(5) describes");
        }
        long now = System.nanoTime();
        ProcessStatus status = ProcessStatus.parse(Files.readAllLines(process.resolve("status")));
        Map<String, ThreadUse> threads = new HashMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
            for (Path task : tasks) {
                ThreadUse thread = ThreadUse.of(task);
                if (thread != null) {
                    threads.put(String.valueOf(task.getFileName()), thread);
                }
            }
        }
        return new ProcessUse(now, stat.ticks(), Map.copyOf(threads), status.residentBytes(), status.cpus());
    }

    /** What was used between {@code earlier} and this. */
    Used since(ProcessUse earlier) {
        double seconds = (nanoTime - earlier.nanoTime) / 1e9;
        long busiest = 0;
        long waited = 0;
        for (Map.Entry<String, ThreadUse> thread : threads.entrySet()) {
            ThreadUse before = earlier.threads.getOrDefault(thread.getKey(), ThreadUse.NONE);
            busiest = Math.max(busiest, thread.getValue().ticks() - before.ticks());
            waited = Math.max(waited, thread.getValue().waitedNanos() - before.waitedNanos());
        }
        double cpuSeconds = (double) (ticks - earlier.ticks) / ProcessStat.TICKS_PER_SECOND;
        double busiestSeconds = (double) busiest / ProcessStat.TICKS_PER_SECOND;
        return new Used(seconds, cpuSeconds, busiestSeconds, waited / 1e9, cpus);
    }

    /**
     * A stretch of time in the life of a process.
     *
     * @param cpuSeconds all threads
     * @param busiestThreadSeconds the thread that used most
     * @param longestWaitSeconds for a processor, of the thread that waited most
     * @param cpus processors that it may use
     */
    record Used(double seconds, double cpuSeconds, double busiestThreadSeconds, double longestWaitSeconds, int cpus) {
        /** How much of the time it had no processor to spare: 1 when all of its processors, or one of its threads, never rested. */
        double busy() {
            return seconds <= 0 ? 0 : Math.max(cpuSeconds / cpus, busiestThreadSeconds) / seconds;
        }

        /** How much of the time the thread that waited most for a processor did so. */
        double waiting() {
            return seconds <= 0 ? 0 : longestWaitSeconds / seconds;
        }

        /** Microseconds of processor time for each of so many operations; 0 without any. */
        double microsPer(long operations) {
            return operations == 0 ? 0 : cpuSeconds * 1e6 / operations;
        }
    }
}
