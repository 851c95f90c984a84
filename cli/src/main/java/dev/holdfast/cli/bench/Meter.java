package dev.holdfast.cli.bench;

import dev.holdfast.cli.bench.ProcessUse.Used;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads what the two processes, server and this one, have used. */
final class Meter {
    private final Target target;

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

    Reading read() throws BenchFailure {
        Long pid = target.pid();
        try {
            return new Reading(
                    pid == null ? null : ProcessUse.of(pid),
                    ProcessUse.of(ProcessHandle.current().pid()));
        } catch (IOException | NumberFormatException e) {
            throw new BenchFailure(
                    "the processor time of the server's process " + pid + " can't be read (" + e.getMessage()
                            + "); give the right one with --server-pid",
                    e);
        }
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
