package dev.holdfast.hub.throttle;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Does something later, on a thread of its own; who hands it work must be quick there, and not block. */
@FunctionalInterface
public interface Delay {
    void run(Duration after, Runnable work);

    /** By the clock of this machine. */
    static Delay real() {
        return (after, work) -> CompletableFuture.delayedExecutor(after.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)
                .execute(work);
    }
}
