package dev.holdfast.store.embedded;

import dev.holdfast.store.Log.Appended;
import dev.holdfast.store.StoreException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records of one partition that wait to be stored, in order; two lists, so that a record costs no object of its own.
 *
 * <p>Filled by many under the writer's lock, then emptied batch by batch by the writer alone.
 */
final class PendingRecords {
    private static final Logger LOG = LoggerFactory.getLogger(PendingRecords.class);

    /**
     * What a waiting record holds in memory beside its bytes, roughly; it also bounds how many empty records may wait.
     */
    private static final long COST_BESIDE_BYTES = 64;

    private final List<byte[]> records = new ArrayList<>();
    private final List<Appended> receivers = new ArrayList<>();
    private int batchStart;
    private int batchEnd;

    static long costOf(byte[] record) {
        return COST_BESIDE_BYTES + record.length;
    }

    void add(byte[] record, Appended done) {
        records.add(record);
        receivers.add(done);
    }

    /** Whether every record was reported. */
    boolean isEmpty() {
        return batchEnd == records.size() && batchStart == batchEnd;
    }

    /** Writes as many records into a batch as it takes, and returns their count. */
    int fill(ByteBuffer batch) {
        BatchFormat.begin(batch);
        while (batchEnd < records.size() && BatchFormat.sizeOf(records.get(batchEnd)) <= batch.remaining()) {
            BatchFormat.add(batch, records.get(batchEnd));
            batchEnd++;
        }
        return batchEnd - batchStart;
    }

    /** Reports the records of the batch as stored; returns what they cost. */
    long reportStored(long firstOffset, Instant time) {
        long cost = 0;
        for (int i = batchStart; i < batchEnd; i++) {
            cost += costOf(records.get(i));
            try {
                receivers.get(i).stored(firstOffset + i - batchStart, time);
            } catch (RuntimeException bug) {
                LOG.error("a receiver of a stored record failed", bug);
            }
        }
        batchStart = batchEnd;
        return cost;
    }

    /** Reports the records of the batch as not stored; returns what they cost. */
    long reportFailed(StoreException why) {
        long cost = 0;
        for (int i = batchStart; i < batchEnd; i++) {
            cost += costOf(records.get(i));
            fail(receivers.get(i), why);
        }
        batchStart = batchEnd;
        return cost;
    }

    /** Reports everything that is left as not stored. */
    void failAll(StoreException why) {
        batchEnd = records.size();
        reportFailed(why);
    }

    static void fail(Appended receiver, StoreException why) {
        try {
            receiver.failed(why);
        } catch (RuntimeException bug) {
            LOG.error("a receiver of a record that was not stored failed", bug);
        }
    }
}
