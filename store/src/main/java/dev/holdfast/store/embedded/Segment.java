package dev.holdfast.store.embedded;

import dev.holdfast.base.Disk;
import dev.holdfast.base.Limits;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One file of a partition: a header page, batches, and in the newest one zeros that wait for more.
 *
 * <p><b>Growth.</b> Overwriting blocks that were written before takes half the time to sync of making a file longer,
 * since no size has to go to the file system's journal. So a segment grows by a mebibyte of zeros at a time: a quiet
 * hub with four partitions takes 4 MiB of disk, not four whole segments, and a busy one pays for its journal once a
 * mebibyte.
 *
 * <p><b>Threads.</b> The log's writer writes; any thread reads up to {@link #end}, which moves only after a sync.
 */
final class Segment {
    private static final int GROW_BYTES = 1024 * 1024;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 * 1024).asReadOnlyBuffer();

    private final Path path;
    private final Disk.File file;
    private final SegmentHeader header;
    private final Limits.Storage limits;
    private volatile long end;
    private long written;
    private long allocated;
    private final Object indexLock = new Object();
    private volatile @Nullable SparseIndex liveIndex;
    private SoftReference<@Nullable SparseIndex> keptIndex = new SoftReference<>(null);

    private Segment(Path path, Disk.File file, SegmentHeader header, Limits.Storage limits, long end) {
        this.path = path;
        this.file = file;
        this.header = header;
        this.limits = limits;
        this.end = end;
        this.written = end;
    }

    /** Makes a segment to write to, durably. What a failed attempt may have left under its name is overwritten. */
    static Segment create(Disk disk, Path directory, SegmentHeader header, Limits.Storage limits) throws IOException {
        Path path = directory.resolve(new SegmentName(header.partition(), header.baseOffset()).fileName());
        Disk.File file = disk.open(path);
        try {
            file.truncate(0);
            file.write(header.write(), 0);
            Segment segment = new Segment(path, file, header, limits, SegmentHeader.BYTES);
            segment.allocated = SegmentHeader.BYTES;
            segment.growTo(SegmentHeader.BYTES + 1);
            file.force();
            disk.forceDirectory(directory);
            segment.liveIndex = new SparseIndex(limits.indexEveryBytes());
            return segment;
        } catch (IOException failed) {
            try {
                file.close();
                disk.delete(path);
            } catch (IOException ignored) {
                failed.addSuppressed(ignored);
            }
            throw failed;
        }
    }

    /** An older segment, which is only read. */
    static Segment sealed(Path path, Disk.File file, SegmentHeader header, Limits.Storage limits) throws IOException {
        return new Segment(path, file, header, limits, file.size());
    }

    /** The newest segment after a restart, to write on behind what {@code scan} found in it. */
    static Segment resumed(Path path, Disk.File file, SegmentHeader header, Limits.Storage limits, SegmentScan scan)
            throws IOException {
        if (!scan.zerosAfterEnd()) {
            file.truncate(scan.end());
        }
        // What the scan found may have been in the page cache only: readers must not see it before it is on the medium.
        file.force();
        Segment segment = new Segment(path, file, header, limits, scan.end());
        segment.allocated = file.size();
        segment.liveIndex = scan.index();
        return segment;
    }

    Path path() {
        return path;
    }

    SegmentHeader header() {
        return header;
    }

    /** Where the durable batches end. */
    long end() {
        return end;
    }

    boolean isEmpty() {
        return end == SegmentHeader.BYTES;
    }

    /** Whether a batch fits; an empty segment takes any. */
    boolean hasRoomFor(int bytes) {
        return isEmpty() || written + bytes <= limits.segmentBytes();
    }

    /** Reads the file as it is; up to {@link #end} it never changes. */
    int read(ByteBuffer into, long position) throws IOException {
        return file.read(into, position);
    }

    BatchCursor cursor(long position) {
        return new BatchCursor(file, header.mark(), position, end);
    }

    /** The index, made by a pass over the file when there is none. */
    SparseIndex index() throws IOException {
        SparseIndex live = liveIndex;
        if (live != null) {
            return live;
        }
        synchronized (indexLock) {
            SparseIndex kept = keptIndex.get();
            if (kept == null) {
                SegmentScan scan = SegmentScan.of(file, header, limits.indexEveryBytes());
                end = scan.end();
                kept = scan.index();
                // Soft: a log of a terabyte has many segments, and few of them are read.
                keptIndex = new SoftReference<>(kept);
            }
            return kept;
        }
    }

    /** Writes a batch behind the last one; not durable and not to be seen before {@link #force}. */
    void write(ByteBuffer batch) throws IOException {
        growTo(written + batch.remaining());
        long at = written;
        written += batch.remaining();
        file.write(batch, at);
    }

    /** Makes the batch durable that was written last. */
    void force(long baseOffset, long timeMillis) throws IOException {
        file.force();
        SparseIndex index = liveIndex;
        if (index != null) {
            index.add(baseOffset, timeMillis, end);
        }
        end = written;
    }

    /**
     * Removes what was written and not forced, durably.
     *
     * <p>After a failed sync the kernel calls pages clean that never reached the medium, so syncing again proves
     * nothing about them. Here they are cut off; what is written later is written anew, to pages that are dirty
     * again.
     */
    void rewind() throws IOException {
        written = end;
        allocated = end;
        file.truncate(end);
        file.force();
    }

    /** Tries what the next batch will need, room and a sync. Nothing may be written and not forced. */
    void tryOut() throws IOException {
        growTo(written + 1);
        file.force();
    }

    /** Ends writing: gives back the zeros and lets the index go when memory is short. */
    void seal() throws IOException {
        synchronized (indexLock) {
            keptIndex = new SoftReference<>(liveIndex);
            liveIndex = null;
        }
        file.truncate(end);
    }

    void close() throws IOException {
        file.close();
    }

    private void growTo(long size) throws IOException {
        if (size <= allocated) {
            return;
        }
        long steps = Math.ceilDiv(size, GROW_BYTES);
        long goal = Math.max(size, Math.min(steps * GROW_BYTES, limits.segmentBytes()));
        while (allocated < goal) {
            ByteBuffer zeros = ZEROS.duplicate();
            zeros.limit((int) Math.min(zeros.capacity(), goal - allocated));
            int length = zeros.remaining();
            file.write(zeros, allocated);
            allocated += length;
        }
    }
}
