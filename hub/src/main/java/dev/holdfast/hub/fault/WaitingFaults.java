package dev.holdfast.hub.fault;

import java.util.concurrent.atomic.AtomicInteger;

/** How many faults wait on one connection, for all devices that use it. Any thread. */
public final class WaitingFaults {
    private final AtomicInteger count = new AtomicInteger();

    /** False when so many wait already. */
    boolean begin(int max) {
        return count.getAndUpdate(now -> Math.min(now + 1, max)) < max;
    }

    /** So many wait no longer. */
    void end(int those) {
        count.addAndGet(-those);
    }
}
