package dev.holdfast.server;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Ends the process with status 0 when it is asked to end (SIGINT, SIGTERM), after the server was closed.
 *
 * <p>Works in a shutdown hook: the Java runtime offers nothing else that is supported. It would report the signal as exit status,
 * so the hook sets the status itself.
 */
final class CleanEnd {
    private final Duration maxTime;
    private final PrintWriter err;
    private final AtomicReference<@Nullable Server> server = new AtomicReference<>();
    private final CountDownLatch asked = new CountDownLatch(1);

    /** @param maxTime after which the process ends with status 1, whatever is left to do */
    CleanEnd(Duration maxTime, PrintWriter err) {
        this.maxTime = maxTime;
        this.err = err;
    }

    /** From now on a signal ends the process cleanly. Before {@link #closes} there is nothing to close: a start may be cut off anywhere. */
    void onSignal() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end"));
    }

    void closes(Server running) {
        server.set(running);
    }

    /** Waits for the end, which the hook brings about. */
    int await() throws InterruptedException {
        asked.await();
        return 0;
    }

    private void end() {
        Server running = server.get();
        if (running == null) {
            return;
        }
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread closing = Thread.ofPlatform().daemon().name("close").start(() -> {
            try {
                running.close();
            } catch (RuntimeException | Error e) {
                failure.set(e);
            }
        });
        int status = 0;
        try {
            if (!closing.join(maxTime)) {
                err.println("holdfast: did not end within " + maxTime.toSeconds() + " s; ended anyway.");
                status = 1;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            status = 1;
        }
        if (failure.get() != null) {
            err.println("holdfast: did not end cleanly: " + failure.get());
            status = 1;
        }
        Logging.flush();
        err.flush();
        Runtime.getRuntime().halt(status);
    }
}
