package dev.holdfast.tls.listen;

import java.util.concurrent.atomic.LongAdder;

/** What went through the door; any thread. */
final class Counters {
    final LongAdder accepted = new LongAdder();
    final LongAdder turnedAway = new LongAdder();
    final LongAdder overShare = new LongAdder();
    final LongAdder closedUnused = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder fullHandshakes = new LongAdder();
    final LongAdder resumedHandshakes = new LongAdder();

    FrontDoor.Counts counts(int open) {
        return new FrontDoor.Counts(
                open,
                accepted.sum(),
                turnedAway.sum(),
                overShare.sum(),
                closedUnused.sum(),
                failed.sum(),
                fullHandshakes.sum(),
                resumedHandshakes.sum());
    }
}
