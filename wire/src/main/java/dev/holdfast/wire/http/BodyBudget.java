package dev.holdfast.wire.http;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes of request bodies that all connections of a server hold together. Any thread. */
final class BodyBudget {
    private final long maxBytes;
    private final AtomicLong taken = new AtomicLong();

    BodyBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Takes bytes that have arrived; false when they would be too many. */
    boolean take(int bytes) {
        if (taken.addAndGet(bytes) <= maxBytes) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }

    long taken() {
        return taken.get();
    }
}
