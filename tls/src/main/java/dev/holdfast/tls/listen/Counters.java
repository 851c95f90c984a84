package dev.holdfast.tls.listen;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What went through the door; any thread. */
final class Counters {
    private final int openMax;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicBoolean full = new AtomicBoolean();
    final LongAdder accepted = new LongAdder();
    final LongAdder turnedAway = new LongAdder();
    final LongAdder closedUnused = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder fullHandshakes = new LongAdder();
    final LongAdder resumedHandshakes = new LongAdder();
    final HandshakeCounters handshakes = new HandshakeCounters();

    Counters(int openMax) {
        this.openMax = openMax;
    }

    /** Counts a socket in; false when there is no room for it. */
    boolean enter() {
        if (open.incrementAndGet() > openMax) {
            open.decrementAndGet();
            turnedAway.increment();
            return false;
        }
        accepted.increment();
        return true;
    }

    void leave() {
        // Not at the first free place: at the brink the door would be told full again with every client.
        if (open.decrementAndGet() < openMax - openMax / 10) {
            full.set(false);
        }
    }

    /** True for the first one that finds the door full since it last had room. */
    boolean isFirstTurnedAway() {
        return full.compareAndSet(false, true);
    }

    FrontDoor.Counts counts() {
        return new FrontDoor.Counts(
                open.get(),
                accepted.sum(),
                turnedAway.sum(),
                closedUnused.sum(),
                failed.sum(),
                fullHandshakes.sum(),
                resumedHandshakes.sum());
    }
}
