package dev.holdfast.server;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ends the process with status 0 when it is asked to end (SIGINT, SIGTERM), after the server was closed; a signal during the
 * start ends that between two of its steps.
 *
 * <p>Works in a shutdown hook: the Java runtime offers nothing else that is supported. It would report the signal as exit status,
 * so the hook sets the status itself.
 */
final class CleanEnd {
    private final Duration maxTime;
    private final PrintWriter err;
    private final CompletableFuture<Optional<Server>> started = new CompletableFuture<>();
    private volatile boolean asked;

    /** @param maxTime for the start, and again for the end, after which the process ends whatever is left to do */
    CleanEnd(Duration maxTime, PrintWriter err) {
        this.maxTime = maxTime;
        this.err = err;
    }

    /** From now on a signal ends the process cleanly. */
    void onSignal() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end"));
    }

    /** Whether the process was asked to end; a start goes no further then. */
    boolean isAsked() {
        return asked;
    }

    void started(Server running) {
        started.complete(Optional.of(running));
    }

    /** There is nothing to close; the process is ending with status 1, unless it was asked to end. */
    void failed() {
        started.complete(Optional.empty());
    }

    private void end() {
        int status;
        boolean duringStart = !started.isDone();
        asked = true;
        if (duringStart) {
            err.println("holdfast: ending with this step of the start.");
            err.flush();
        }
        try {
            Optional<Server> running = started.get(maxTime.toMillis(), TimeUnit.MILLISECONDS);
            boolean ended = running.isPresent() ? close(running.get()) : duringStart;
            status = ended ? 0 : 1;
        } catch (TimeoutException e) {
            // A start may be cut off anywhere: whatever is stored is stored step by step.
            status = 0;
        } catch (InterruptedException | ExecutionException e) {
            status = 1;
        }
        Logging.flush();
        err.flush();
        Runtime.getRuntime().halt(status);
    }

    private boolean close(Server running) throws InterruptedException {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("close").start(() -> {
            try {
                running.close();
                closed.complete(null);
            } catch (RuntimeException | Error e) {
                closed.completeExceptionally(e);
            }
        });
        try {
            closed.get(maxTime.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            err.println("holdfast: did not end within " + maxTime.toSeconds() + " s; ended anyway.");
            return false;
        } catch (ExecutionException e) {
            err.println("holdfast: did not end cleanly: " + e.getCause());
            return false;
        }
    }
}
