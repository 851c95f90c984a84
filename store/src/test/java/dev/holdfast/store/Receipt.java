package dev.holdfast.store;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for how an append ends, and fails when it ends twice. */
public final class Receipt implements Log.Appended {
    /** How it ended well. */
    public record Stored(long offset, Instant time) {}

    private final CompletableFuture<Stored> end = new CompletableFuture<>();

    @Override
    public void stored(long offset, Instant time) {
        if (!end.complete(new Stored(offset, time))) {
            throw new AssertionError("reported twice");
        }
    }

    @Override
    public void failed(StoreException why) {
        if (!end.completeExceptionally(why)) {
            throw new AssertionError("reported twice");
        }
    }

    public boolean isDone() {
        return end.isDone();
    }

    /** Waits; throws the {@link StoreException} when it failed. */
    public Stored await() {
        try {
            return end.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof StoreException why) {
                throw why;
            }
            throw new AssertionError(failed);
        } catch (TimeoutException | InterruptedException never) {
            throw new AssertionError("an append was never reported", never);
        }
    }

    /** Waits; true when it was stored. */
    public boolean wasStored() {
        try {
            await();
            return true;
        } catch (StoreException why) {
            return false;
        }
    }
}
