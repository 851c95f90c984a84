package dev.holdfast.store.embedded;

import dev.holdfast.base.Disk;
import dev.holdfast.base.Limits;
import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of one partition, oldest first; the newest one is written to and is never dropped, so that its name
 * keeps the numbering.
 *
 * <p><b>Failures.</b> Whatever goes wrong between {@link #stage} and the end of {@link #commit} leaves the end of the
 * newest segment in doubt. It is cut back to the last durable batch before anything is written again, and as long as
 * that fails nothing is written: so no offset ever gets a second content behind one that may be on the medium.
 *
 * <p><b>Threads.</b> {@link #stage}, {@link #commit}, {@link #rewind} and {@link #rollIfOlder} belong to the log's
 * writer, as {@link #tryOut} does; the rest may be called by any thread. A reader never waits for the writer, nor the writer for a reader;
 * only dropping waits for those who read.
 */
final class Partition {
    private static final Logger LOG = LoggerFactory.getLogger(Partition.class);

    /** The end of what is durable. */
    record Durable(long nextOffset, long lastTimeMillis) {}

    private final Disk disk;
    private final Path directory;
    private final int number;
    private final Limits.Storage limits;
    private final SecureRandom random = new SecureRandom();
    private final ReadWriteLock files = new ReentrantReadWriteLock();
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private final Object segmentsLock = new Object();
    private final AtomicInteger pins = new AtomicInteger();
    private volatile List<Segment> segments;
    private volatile Durable durable;
    private Durable staged;
    private boolean inDoubt;
    private boolean rollIsDue;

    /** @param segments oldest first, at least one; the last one is open for writing */
    Partition(Disk disk, Path directory, int number, Limits.Storage limits, List<Segment> segments, Durable durable) {
        this.disk = disk;
        this.directory = directory;
        this.number = number;
        this.limits = limits;
        this.segments = List.copyOf(segments);
        this.durable = durable;
        this.staged = durable;
    }

    int number() {
        return number;
    }

    List<Runnable> watchers() {
        return watchers;
    }

    /**
     * Writes a batch that {@link #commit} makes durable.
     *
     * @param batch begun and filled, not finished
     */
    void stage(ByteBuffer batch, int count, long nowMillis) throws IOException {
        if (inDoubt) {
            rewind();
        }
        Segment active = active();
        if (rollIsDue || !active.hasRoomFor(batch.position())) {
            active = roll();
        }
        long time = Math.max(durable.lastTimeMillis(), nowMillis);
        BatchFormat.finish(batch, active.header().mark(), count, durable.nextOffset(), time);
        staged = new Durable(durable.nextOffset() + count, time);
        inDoubt = true;
        active.write(batch);
    }

    /** Makes the staged batch durable and shows it to readers. */
    void commit() throws IOException {
        active().force(durable.nextOffset(), staged.lastTimeMillis());
        inDoubt = false;
        durable = staged;
    }

    /** Takes back what was staged; until this succeeded, {@link #stage} tries it again first. */
    void rewind() throws IOException {
        active().rewind();
        inDoubt = false;
    }

    /** Throws unless the medium seems to take writes. */
    void tryOut() throws IOException {
        rewind();
        active().tryOut();
    }

    /**
     * Begins a new segment when the newest record is older than a time, so that {@link #dropBefore} can free all
     * others.
     */
    void rollIfOlder(long timeMillis) throws IOException {
        if (durable.lastTimeMillis() < timeMillis && !active().isEmpty()) {
            roll();
        }
    }

    private Segment active() {
        return segments.getLast();
    }

    private Segment roll() throws IOException {
        // From the first attempt on nothing more goes to the old segment: a half-made file may come back after a crash,
        // and its
        // name says where the old one ends.
        rollIsDue = true;
        Segment old = active();
        Segment next = Segment.create(
                disk,
                directory,
                new SegmentHeader(number, durable.nextOffset(), durable.lastTimeMillis(), newMark()),
                limits);
        synchronized (segmentsLock) {
            List<Segment> more = new ArrayList<>(segments);
            more.add(next);
            segments = List.copyOf(more);
        }
        rollIsDue = false;
        try {
            old.seal();
        } catch (IOException onlySpaceIsLost) {
            LOG.warn("{} keeps unused space: {}", old.path(), onlySpaceIsLost.toString());
        }
        return next;
    }

    private long newMark() {
        return random.nextLong();
    }

    Durable durable() {
        return durable;
    }

    Log.Extent extent() {
        files.readLock().lock();
        try {
            // The end first: segments that come later begin at it or behind it.
            Durable end = durable;
            long first = segments.getFirst().header().baseOffset();
            return new Log.Extent(first, end.nextOffset(), Instant.ofEpochMilli(end.lastTimeMillis()));
        } finally {
            files.readLock().unlock();
        }
    }

    List<Log.Entry> read(long fromOffset, int maxBytes) throws IOException {
        files.readLock().lock();
        try {
            long until = durable.nextOffset();
            List<Segment> all = segments;
            SegmentReader reader = new SegmentReader(Math.min(maxBytes, limits.readMaxBytes()));
            long from = Math.max(fromOffset, all.getFirst().header().baseOffset());
            for (int i = indexOf(all, from); i < all.size() && from < until && !reader.isFull(); i++) {
                long end = endOffset(all, i, until);
                try {
                    reader.read(all.get(i), from, end);
                } catch (StoreException damaged) {
                    if (reader.entries().isEmpty()) {
                        throw damaged;
                    }
                    break;
                }
                from = end;
            }
            return reader.entries();
        } finally {
            files.readLock().unlock();
        }
    }

    long offsetAt(long timeMillis) throws IOException {
        files.readLock().lock();
        try {
            Durable end = durable;
            List<Segment> all = segments;
            for (int i = 0; i < all.size(); i++) {
                long endOffset = endOffset(all, i, end.nextOffset());
                long newest = i + 1 < all.size() ? newestTimeOf(all, i) : end.lastTimeMillis();
                if (newest >= timeMillis) {
                    return SegmentReader.offsetAt(all.get(i), timeMillis, endOffset);
                }
            }
            return end.nextOffset();
        } finally {
            files.readLock().unlock();
        }
    }

    /** What is durable now. None of it is dropped until {@link #unpin}. */
    List<LogSnapshot.Part> pin() {
        files.readLock().lock();
        try {
            pins.incrementAndGet();
            return segments.stream()
                    .map(segment -> new LogSnapshot.Part(
                            String.valueOf(segment.path().getFileName()), segment.end(), segment::read))
                    .toList();
        } finally {
            files.readLock().unlock();
        }
    }

    void unpin() {
        pins.decrementAndGet();
    }

    /** Frees the segments, save the newest, whose newest record is older than a time; none while they are pinned. */
    void dropBefore(long timeMillis) throws IOException {
        boolean more = true;
        while (more) {
            files.writeLock().lock();
            try {
                more = dropOldest(timeMillis);
            } finally {
                files.writeLock().unlock();
            }
        }
    }

    /** One at a time, oldest first and each for good: a crash must not leave a gap between those that come back. */
    private boolean dropOldest(long timeMillis) throws IOException {
        if (pins.get() > 0 || segments.size() == 1 || newestTimeOf(segments, 0) >= timeMillis) {
            return false;
        }
        Segment oldest = segments.getFirst();
        disk.delete(oldest.path());
        synchronized (segmentsLock) {
            segments = List.copyOf(segments.subList(1, segments.size()));
        }
        oldest.close();
        disk.forceDirectory(directory);
        return true;
    }

    void close() throws IOException {
        files.writeLock().lock();
        try {
            for (Segment segment : segments) {
                segment.close();
            }
        } finally {
            files.writeLock().unlock();
        }
    }

    private static int indexOf(List<Segment> segments, long offset) {
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments.get(middle).header().baseOffset() <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private static long endOffset(List<Segment> segments, int at, long until) {
        return at + 1 < segments.size() ? segments.get(at + 1).header().baseOffset() : until;
    }

    /** The next segment's header knows it, so that nothing is read for it. */
    private static long newestTimeOf(List<Segment> segments, int at) {
        return segments.get(at + 1).header().previousTimeMillis();
    }
}
