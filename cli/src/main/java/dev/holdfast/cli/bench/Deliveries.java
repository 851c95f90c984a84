package dev.holdfast.cli.bench;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Which messages were acknowledged and which came out at the reader, one by one, so that a loss can't hide behind a duplicate.
 *
 * <p>{@link #acknowledged} is called on the loop of the connection, {@link #delivered} on the thread of the reader, the rest after
 * both have come to rest.
 */
final class Deliveries {
    private final List<BitSet> acknowledged;
    private final List<BitSet> delivered;
    private final long run;
    private final LongAdder acknowledgedCount = new LongAdder();
    private volatile long deliveredCount;
    private volatile long duplicates;

    /** @param run tells the messages of this run from those of others */
    Deliveries(long run, int connections) {
        this.run = run;
        acknowledged = Stream.generate(BitSet::new).limit(connections).toList();
        delivered = Stream.generate(BitSet::new).limit(connections).toList();
    }

    long run() {
        return run;
    }

    void acknowledged(int connection, int sequence) {
        acknowledged.get(connection).set(sequence);
        acknowledgedCount.increment();
    }

    /** Whether it is the first time that this message is seen. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one reader writes, others only look
    boolean delivered(int connection, int sequence) {
        if (connection < 0 || connection >= delivered.size() || sequence < 0) {
            return false;
        }
        BitSet seen = delivered.get(connection);
        if (seen.get(sequence)) {
            duplicates++;
            return false;
        }
        seen.set(sequence);
        deliveredCount++;
        return true;
    }

    /** Acknowledged and not delivered so far, about; any thread. */
    long backlog() {
        return acknowledgedCount.sum() - deliveredCount;
    }

    /** Different messages that came out so far; any thread. */
    long deliveredCount() {
        return deliveredCount;
    }

    long duplicates() {
        return duplicates;
    }

    long acknowledgedCount() {
        return acknowledgedCount.sum();
    }

    /** Acknowledged messages that did not come out. */
    long missing() {
        long missing = 0;
        for (int i = 0; i < acknowledged.size(); i++) {
            BitSet lost = (BitSet) acknowledged.get(i).clone();
            lost.andNot(delivered.get(i));
            missing += lost.cardinality();
        }
        return missing;
    }
}
