package dev.holdfast.store.embedded;

import dev.holdfast.base.Disk;
import dev.holdfast.base.Histogram;
import dev.holdfast.base.Limits;
import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Log} on files of its own: a directory for the log, in it a row of segments for each partition.
 *
 * <p>A record's time is the moment when its batch was written, in whole milliseconds; the clock may jump back, the
 * times do not.
 *
 * <p><b>When the disk fails.</b> The records of the failed batch are reported as failed, what was durable stays
 * readable, and the next append tries again; so the log recovers by itself when there is space again. After a failed
 * sync it is not known what reached the medium: a record that was reported as failed may be there after a crash.
 *
 * <p><b>When the medium fails.</b> Every batch has a checksum. A read that meets a damaged place returns what is
 * before it, and the next one throws a {@link StoreException} that names the file, the byte and the offset at which
 * reading can go on. Damage at the very end of the newest segment cannot be told from a write that a crash cut short,
 * and is cut off at the next start.
 *
 * <p>One process at a time may have a log open.
 */
public final class EmbeddedLog implements Log {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedLog.class);

    private static final int PARTITIONS_MAX = 1024;

    private final Path directory;
    private final List<Partition> partitions;
    private final LogWriter writer;

    private EmbeddedLog(Path directory, List<Partition> partitions, LogWriter writer) {
        this.directory = directory;
        this.partitions = partitions;
        this.writer = writer;
    }

    /**
     * Opens a log, making it when there is none.
     *
     * @param directory this log's own, made when it is missing
     * @param partitions at most 1,024, and as many as when the log was made
     * @param pendingMaxBytes see {@link Log}, push-back; a record counts 64 bytes more than it has
     * @throws StoreException when the files cannot be read or written, or belong to a log of another kind
     */
    public static EmbeddedLog open(
            Disk disk,
            Path directory,
            int partitions,
            int pendingMaxBytes,
            Limits.Storage limits,
            InstantSource clock) {
        if (partitions < 1 || partitions > PARTITIONS_MAX) {
            throw new IllegalArgumentException("a log has 1 to " + PARTITIONS_MAX + " partitions, not " + partitions);
        }
        List<Partition> opened;
        try {
            opened = new LogFiles(disk, directory, partitions, limits).open();
        } catch (IOException cause) {
            throw new StoreException("the log in " + directory + " cannot be opened: " + cause.getMessage(), cause);
        }
        LogWriter writer = new LogWriter(String.valueOf(directory.getFileName()), opened, pendingMaxBytes, clock);
        writer.start();
        return new EmbeddedLog(directory, opened, writer);
    }

    @Override
    public int partitions() {
        return partitions.size();
    }

    @Override
    public boolean append(int partition, byte[] record, Appended done) {
        checkedPartition(partition);
        if (record.length > BatchFormat.RECORD_MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a record has at most " + BatchFormat.RECORD_MAX_BYTES + " bytes, not " + record.length);
        }
        return writer.append(partition, record, done);
    }

    @Override
    public Extent extent(int partition) {
        return checkedPartition(partition).extent();
    }

    @Override
    public List<Entry> read(int partition, long fromOffset, int maxBytes) {
        try {
            return checkedPartition(partition).read(fromOffset, maxBytes);
        } catch (IOException cause) {
            throw unreadable(partition, cause);
        }
    }

    @Override
    public long offsetAt(int partition, Instant time) {
        try {
            return checkedPartition(partition).offsetAt(millisAtOrAfter(time));
        } catch (IOException cause) {
            throw unreadable(partition, cause);
        }
    }

    @Override
    public Watch watch(int partition, Runnable wake) {
        List<Runnable> watchers = checkedPartition(partition).watchers();
        AtomicBoolean watching = new AtomicBoolean(true);
        Runnable watcher = () -> {
            if (watching.get()) {
                wake.run();
            }
        };
        watchers.add(watcher);
        return () -> {
            watching.set(false);
            watchers.remove(watcher);
        };
    }

    @Override
    public void dropBefore(Instant time) {
        long millis = millisAtOrAfter(time);
        boolean open = writer.run(() -> partitions.forEach(partition -> roll(partition, millis)));
        if (!open) {
            return;
        }
        for (Partition partition : partitions) {
            try {
                partition.dropBefore(millis);
            } catch (IOException cause) {
                throw new StoreException(
                        "old segments in " + directory + " cannot be dropped: " + cause.getMessage(), cause);
            }
        }
    }

    /** A failure is no reason to keep the older segments; the newest one is tried again at the next call. */
    private void roll(Partition partition, long millis) {
        try {
            partition.rollIfOlder(millis);
        } catch (IOException cause) {
            LOG.warn(
                    "partition {} in {} keeps its newest segment for now: {}",
                    partition.number(),
                    directory,
                    cause.toString());
        }
    }

    /**
     * What the log did since it was opened.
     *
     * @param syncNanos how long each sync of a batch took
     * @param batchRecords records in each batch
     * @param failed batches that could not be stored
     * @param failing whether the last batch of some partition could not be stored
     */
    public record Counts(
            Histogram.Snapshot syncNanos,
            Histogram.Snapshot batchRecords,
            long batchBytes,
            long failed,
            boolean failing) {}

    public Counts counts() {
        return writer.counters().counts();
    }

    /**
     * Looks whether partitions whose last batch failed can store again: makes room for the next batch and syncs. Does nothing
     * when none failed. Without this, a hub that nobody sends to because it is failing would be called failing for ever.
     */
    public void tryFailing() {
        writer.tryFailing();
    }

    /** Holds fast what is durable now, for a copy of it. */
    public LogSnapshot snapshot() {
        return LogSnapshot.of(partitions);
    }

    @Override
    public void close() {
        writer.close();
        for (Partition partition : partitions) {
            try {
                partition.close();
            } catch (IOException cause) {
                LOG.warn("partition {} in {} did not close: {}", partition.number(), directory, cause.toString());
            }
        }
    }

    private Partition checkedPartition(int partition) {
        if (partition < 0 || partition >= partitions.size()) {
            throw new IllegalArgumentException(
                    "the log has partitions 0 to " + (partitions.size() - 1) + ", not " + partition);
        }
        return partitions.get(partition);
    }

    private StoreException unreadable(int partition, IOException cause) {
        return new StoreException(
                "partition " + partition + " in " + directory + " cannot be read: " + cause.getMessage(), cause);
    }

    private static long millisAtOrAfter(Instant time) {
        if (time.isBefore(Instant.EPOCH)) {
            return 0;
        }
        if (time.isAfter(Instant.ofEpochMilli(Long.MAX_VALUE))) {
            return Long.MAX_VALUE;
        }
        long millis = time.toEpochMilli();
        return Instant.ofEpochMilli(millis).isBefore(time) ? millis + 1 : millis;
    }
}
