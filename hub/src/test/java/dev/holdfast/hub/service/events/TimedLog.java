package dev.holdfast.hub.service.events;

import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A log in memory with times, retention and watches; counts what is read from it. */
final class TimedLog implements Log {
    private record Watcher(int partition, Runnable wake) {}

    final AtomicLong bytesRead = new AtomicLong();
    final List<Object> watchers = new CopyOnWriteArrayList<>();
    private final InstantSource clock;
    private final List<List<Entry>> partitions = new ArrayList<>();
    private final long[] first;
    private final Deque<Runnable> held = new ArrayDeque<>();
    private int mostHeld;
    private boolean crowded;
    private boolean broken;

    TimedLog(int count, InstantSource clock) {
        this.clock = clock;
        this.first = new long[count];
        for (int i = 0; i < count; i++) {
            partitions.add(new ArrayList<>());
        }
    }

    synchronized void breakIt() {
        broken = true;
    }

    /** Keeps what is appended from becoming durable, and pushes back. */
    synchronized void crowd() {
        crowded = true;
    }

    /** Makes the oldest durable that is kept; false when there is none. */
    boolean storeHeld() {
        Runnable oldest;
        synchronized (this) {
            oldest = held.poll();
        }
        if (oldest == null) {
            return false;
        }
        oldest.run();
        return true;
    }

    /** How many were kept at the same time. */
    synchronized int mostHeld() {
        return mostHeld;
    }

    @Override
    public int partitions() {
        return partitions.size();
    }

    @Override
    public boolean append(int partition, byte[] record, Appended done) {
        synchronized (this) {
            if (crowded) {
                held.add(() -> store(partition, record, done));
                mostHeld = Math.max(mostHeld, held.size());
                return false;
            }
        }
        store(partition, record, done);
        return true;
    }

    private void store(int partition, byte[] record, Appended done) {
        Entry entry;
        synchronized (this) {
            List<Entry> entries = partitions.get(partition);
            entry = new Entry(first[partition] + entries.size(), clock.instant(), record);
            entries.add(entry);
        }
        done.stored(entry.offset(), entry.time());
        for (Object each : watchers) {
            if (each instanceof Watcher(int watched, Runnable wake) && watched == partition) {
                wake.run();
            }
        }
    }

    @Override
    public synchronized Extent extent(int partition) {
        if (broken) {
            throw new StoreException("the disk is gone");
        }
        List<Entry> entries = partitions.get(partition);
        return new Extent(
                first[partition],
                first[partition] + entries.size(),
                entries.isEmpty() ? Instant.EPOCH : entries.getLast().time());
    }

    @Override
    public synchronized List<Entry> read(int partition, long fromOffset, int maxBytes) {
        if (broken) {
            throw new StoreException("the disk is gone");
        }
        List<Entry> found = new ArrayList<>();
        long bytes = 0;
        List<Entry> entries = partitions.get(partition);
        for (int i = (int) Math.max(0, fromOffset - first[partition]); i < entries.size(); i++) {
            bytes += entries.get(i).record().length;
            if (!found.isEmpty() && bytes > maxBytes) {
                break;
            }
            found.add(entries.get(i));
            bytesRead.addAndGet(entries.get(i).record().length);
        }
        return found;
    }

    @Override
    public synchronized long offsetAt(int partition, Instant time) {
        return partitions.get(partition).stream()
                .filter(entry -> !entry.time().isBefore(time))
                .mapToLong(Entry::offset)
                .findFirst()
                .orElse(first[partition] + partitions.get(partition).size());
    }

    @Override
    public Watch watch(int partition, Runnable wake) {
        Watcher watcher = new Watcher(partition, wake);
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    @Override
    public synchronized void dropBefore(Instant time) {
        for (int partition = 0; partition < first.length; partition++) {
            List<Entry> entries = partitions.get(partition);
            while (!entries.isEmpty() && entries.getFirst().time().isBefore(time)) {
                entries.removeFirst();
                first[partition]++;
            }
        }
    }

    @Override
    public void close() {
        breakIt();
    }
}
