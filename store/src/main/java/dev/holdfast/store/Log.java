package dev.holdfast.store;

import java.time.Instant;
import java.util.List;

/**
 * A partitioned append-only log of opaque records.
 *
 * <p><b>Order and offsets.</b> Each partition numbers its records 0, 1, 2, … without gaps, in the order in which
 * {@link #append} was called for it and stored. The number of a record that was reported stored, or that a reader has
 * seen, is never given to another one: not after a crash, and not after retention dropped every record. Times never
 * run backwards within a partition.
 *
 * <p><b>Durability.</b> {@link Appended#stored} is called after the record is on the medium, never before. A crash at
 * any moment loses nothing that was reported stored, and shows no reader a torn record. Records that were not
 * reported, or reported as failed, may or may not be there after it. Readers see only durable records.
 *
 * <p><b>Damage.</b> A record that the medium damaged is never returned: a read that begins at it throws a
 * {@link StoreException} that names the place and the offset at which reading can go on.
 *
 * <p><b>Push-back.</b> {@link #append} never waits for the disk. It returns false when more than the configured bytes
 * are pending: the record was taken all the same, and the caller stops producing until that record is reported. So
 * what is pending is bounded by the limit plus one record per producer.
 *
 * <p><b>Retention.</b> {@link #dropBefore} may keep more than it must (it frees whole segments), never less, and
 * never the numbering.
 *
 * <p><b>Threads.</b> Any thread. {@link #append} is safe on an event loop; the other methods read files and are not.
 */
public interface Log extends AutoCloseable {
    /**
     * How an append ended; called once, on the log's own thread: be quick and do not block. Only {@link #failed} of a
     * log that is closed comes on the thread that called {@link #append}. The call may come before {@code append} has
     * returned.
     */
    interface Appended {
        void stored(long offset, Instant time);

        /** It is not known that the record was stored; {@code why} is fit for a log line. */
        void failed(StoreException why);
    }

    /** A durable record. The array is the caller's own. */
    record Entry(long offset, Instant time, byte[] record) {}

    /**
     * What a partition holds.
     *
     * @param first offset of the oldest record, equal to {@code next} when there is none
     * @param next offset that the next record will get
     * @param lastTime time of the newest record, {@link Instant#EPOCH} when there never was one
     */
    record Extent(long first, long next, Instant lastTime) {
        public boolean isEmpty() {
            return first == next;
        }
    }

    int partitions();

    /**
     * Takes a record, at most 1 MiB, whose array belongs to the log until it is reported; false means: stop producing
     * until then.
     */
    boolean append(int partition, byte[] record, Appended done);

    Extent extent(int partition);

    /**
     * Reads records from {@code fromOffset} on (from the oldest when that one is gone), at least one if there is one,
     * and then as many as fit in {@code maxBytes}. Empty when {@code fromOffset} is not written yet.
     */
    List<Entry> read(int partition, long fromOffset, int maxBytes);

    /** The offset of the first record at or after {@code time}; the next offset when there is none. */
    long offsetAt(int partition, Instant time);

    /**
     * Calls {@code wake} on the log's thread whenever a partition has new durable records, until the returned handle
     * is closed.
     */
    Watch watch(int partition, Runnable wake);

    /** Frees whole segments whose newest record is older than {@code time}; an idle partition may become empty. */
    void dropBefore(Instant time);

    /** Ends a {@link #watch}. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /** Finishes what was taken, reports it and closes the files. Appends after that fail. */
    @Override
    void close();
}
