package dev.holdfast.cli.bench;

import dev.holdfast.cli.bench.ProcessUse.Used;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads what the two processes, server and this one, have used. */
final class Meter {
    private final Target target;
    private boolean known;

    Meter(Target target) {
        this.target = target;
    }

    /** @param server null when its process is not known */
    record Reading(@Nullable ProcessUse server, ProcessUse client) {
        @Nullable
        Used serverSince(Reading earlier) {
            ProcessUse before = earlier.server;
            return server == null || before == null ? null : server.since(before);
        }

        Used clientSince(Reading earlier) {
            return client.since(earlier.client);
        }
    }

    /** Fails when the server's process can't be read the first time; one that ends later is left out. */
    Reading read() throws BenchFailure {
        ProcessUse server = server();
        try {
            return new Reading(server, ProcessUse.of(ProcessHandle.current().pid()));
        } catch (IOException | NumberFormatException e) {
            throw new BenchFailure("the processor time of this process can't be read (" + e.getMessage() + ")", e);
        }
    }

    private @Nullable ProcessUse server() throws BenchFailure {
        Long pid = target.pid();
        if (pid == null || hasServerEnded()) {
            return null;
        }
        try {
            ProcessUse use = ProcessUse.of(pid);
            known = true;
            return use;
        } catch (IOException | NumberFormatException e) {
            if (hasServerEnded()) {
                return null;
            }
            throw new BenchFailure(
                    "the processor time of the server's process " + pid + " can't be read (" + e.getMessage()
                            + "); give the right one with --server-pid",
                    e);
        }
    }

    /** Whether the server's process was there and is gone; false when it is not known. */
    boolean hasServerEnded() {
        Long pid = target.pid();
        return known && pid != null && Files.notExists(Path.of("/proc", Long.toString(pid)));
    }

    /** Says that the server's process is gone; null while it lives, or when it is not known. */
    @Nullable
    String serverEnd() {
        return hasServerEnded() ? "the server's process " + target.pid() + " ended during the run" : null;
    }

    /** Waits until a moment on {@link System#nanoTime}'s clock. */
    static void sleepUntil(long nanoTime) throws InterruptedException {
        long left = nanoTime - System.nanoTime();
        while (left > 0) {
            Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
            left = nanoTime - System.nanoTime();
        }
    }
}
