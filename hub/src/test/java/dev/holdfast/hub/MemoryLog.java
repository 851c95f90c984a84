package dev.holdfast.hub;

import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A log in memory whose "disk" a test can hold, fail and crowd. Records that are held are not durable, and not read. */
public final class MemoryLog implements Log {
    private record Waiting(int partition, byte[] record, Appended done) {}

    private static final int ALL = -1;

    private final List<List<Entry>> partitions = new ArrayList<>();
    private final List<Waiting> held = new ArrayList<>();
    private boolean holding;
    private boolean pushBack;
    private @Nullable String failure;
    private int failing = ALL;
    private int failures;

    public MemoryLog(int count) {
        for (int i = 0; i < count; i++) {
            partitions.add(new ArrayList<>());
        }
    }

    /** Keeps what is appended from becoming durable. */
    public synchronized void hold() {
        holding = true;
    }

    /** Makes durable what was held, and reports it on the calling thread. */
    public void release() {
        List<Waiting> now;
        synchronized (this) {
            holding = false;
            now = List.copyOf(held);
            held.clear();
        }
        now.forEach(this::store);
    }

    public synchronized int heldCount() {
        return held.size();
    }

    public synchronized void fail(@Nullable String why) {
        failure = why;
        failing = ALL;
    }

    /** Fails what is for one partition, and takes the rest. */
    public synchronized void fail(int partition, String why) {
        failure = why;
        failing = partition;
    }

    /** How many records were failed so far. */
    public synchronized int failures() {
        return failures;
    }

    public synchronized void pushBack(boolean on) {
        pushBack = on;
    }

    @Override
    public int partitions() {
        return partitions.size();
    }

    @Override
    public boolean append(int partition, byte[] record, Appended done) {
        Waiting waiting = new Waiting(partition, record, done);
        boolean goOn;
        synchronized (this) {
            goOn = !pushBack;
            if (holding) {
                held.add(waiting);
                return goOn;
            }
        }
        store(waiting);
        return goOn;
    }

    private void store(Waiting waiting) {
        String why;
        long offset = 0;
        synchronized (this) {
            why = failing == ALL || failing == waiting.partition() ? failure : null;
            if (why != null) {
                failures++;
            } else {
                List<Entry> entries = partitions.get(waiting.partition());
                offset = entries.size();
                entries.add(new Entry(offset, Instant.EPOCH, waiting.record()));
            }
        }
        if (why == null) {
            waiting.done().stored(offset, Instant.EPOCH);
        } else {
            waiting.done().failed(new StoreException(why));
        }
    }

    @Override
    public synchronized List<Entry> read(int partition, long fromOffset, int maxBytes) {
        return partitions.get(partition).stream()
                .filter(entry -> entry.offset() >= fromOffset)
                .toList();
    }

    /** Every durable record of all partitions. */
    public synchronized List<Entry> all() {
        return partitions.stream().flatMap(List::stream).toList();
    }

    @Override
    public synchronized Extent extent(int partition) {
        return new Extent(0, partitions.get(partition).size(), Instant.EPOCH);
    }

    @Override
    public long offsetAt(int partition, Instant time) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Watch watch(int partition, Runnable wake) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void dropBefore(Instant time) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
