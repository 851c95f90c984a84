package dev.holdfast.store.embedded;

import dev.holdfast.store.Log.Appended;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.embedded.Partition.Durable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a log that writes, and the queue before it.
 *
 * <p>Group commit: what came in while the last sync ran is written next, one batch and one sync for each partition
 * that has records, and only then are their senders told. So the slower the disk, the larger the batches, and no
 * record waits for more than the sync before its own.
 */
final class LogWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

    private record Errand(Runnable work, CountDownLatch done) {}

    private record Staged(Partition partition, PendingRecords records, long firstOffset) {}

    private final String name;
    private final List<Partition> partitions;
    private final int pendingMaxBytes;
    private final InstantSource clock;
    private final Thread thread;
    private final ByteBuffer batch = ByteBuffer.allocateDirect(BatchFormat.MAX_BYTES);
    private final boolean[] failing;
    private final LogCounters counters = new LogCounters();

    private final Object lock = new Object();
    private PendingRecords[] pending;
    private List<Errand> errands = new ArrayList<>();
    private long pendingBytes;
    private boolean hasWork;
    private boolean idle;
    private @Nullable StoreException ended;

    private PendingRecords[] taken;

    LogWriter(String name, List<Partition> partitions, int pendingMaxBytes, InstantSource clock) {
        this.name = name;
        this.partitions = partitions;
        this.pendingMaxBytes = pendingMaxBytes;
        this.clock = clock;
        this.pending = noRecords();
        this.taken = noRecords();
        this.failing = new boolean[partitions.size()];
        this.thread = Thread.ofPlatform().name("log-writer " + name).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    LogCounters counters() {
        return counters;
    }

    boolean append(int partition, byte[] record, Appended done) {
        StoreException why;
        synchronized (lock) {
            why = ended;
            if (why == null) {
                pending[partition].add(record, done);
                pendingBytes += PendingRecords.costOf(record);
                wake();
                return pendingBytes <= pendingMaxBytes;
            }
        }
        PendingRecords.fail(done, why);
        return true;
    }

    /** Runs {@code work} on the log's thread and waits for it; false when the log has ended. */
    boolean run(Runnable work) {
        requireOtherThread();
        Errand errand = new Errand(work, new CountDownLatch(1));
        synchronized (lock) {
            if (ended != null) {
                return false;
            }
            errands.add(errand);
            wake();
        }
        awaitUninterruptibly(errand.done());
        return true;
    }

    /** Takes nothing more, finishes what was taken, and returns when the thread has ended. */
    void close() {
        requireOtherThread();
        synchronized (lock) {
            if (ended == null) {
                ended = new StoreException("the log " + name + " is closed");
                wake();
            }
        }
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void requireOtherThread() {
        if (Thread.currentThread().equals(thread)) {
            throw new IllegalStateException("a receiver or watcher cannot wait for the log's own thread");
        }
    }

    private void wake() {
        hasWork = true;
        if (idle) {
            idle = false;
            lock.notifyAll();
        }
    }

    private void run() {
        try {
            while (takeWork()) {
                while (!Arrays.stream(taken).allMatch(PendingRecords::isEmpty)) {
                    commit();
                }
            }
        } catch (RuntimeException | Error bug) {
            LOG.error("the log {} stops after a failure that it cannot survive", name, bug);
            stop(new StoreException("the log " + name + " stopped after a failure: " + bug, bug));
        }
    }

    /** Waits for work, takes it over and runs the errands; false when there will be none any more. */
    private boolean takeWork() {
        List<Errand> toRun;
        synchronized (lock) {
            while (!hasWork && ended == null) {
                idle = true;
                try {
                    lock.wait();
                } catch (InterruptedException nobodyMayInterruptThisThread) {
                    LOG.warn("the thread of the log {} was interrupted, and goes on", name);
                }
            }
            idle = false;
            if (!hasWork) {
                return false;
            }
            hasWork = false;
            toRun = errands;
            errands = new ArrayList<>();
            taken = pending;
            pending = noRecords();
        }
        for (Errand errand : toRun) {
            try {
                errand.work().run();
            } catch (RuntimeException bug) {
                LOG.error("an errand of the log {} failed", name, bug);
            } finally {
                errand.done().countDown();
            }
        }
        return true;
    }

    /** Stores one batch of each partition that has records. */
    private void commit() {
        long now = clock.millis();
        List<Staged> staged = new ArrayList<>(partitions.size());
        for (Partition partition : partitions) {
            PendingRecords records = taken[partition.number()];
            if (!records.isEmpty()) {
                stage(partition, records, now, staged);
            }
        }
        List<Staged> stored = new ArrayList<>(staged.size());
        for (Staged batch : staged) {
            if (force(batch)) {
                stored.add(batch);
            }
        }
        for (Staged batch : stored) {
            Durable end = batch.partition().durable();
            release(batch.records().reportStored(batch.firstOffset(), Instant.ofEpochMilli(end.lastTimeMillis())));
        }
        for (Staged batch : stored) {
            wakeReaders(batch.partition());
        }
    }

    private void stage(Partition partition, PendingRecords records, long now, List<Staged> staged) {
        int count = records.fill(batch);
        int bytes = batch.position();
        try {
            long firstOffset = partition.durable().nextOffset();
            partition.stage(batch, count, now);
            staged.add(new Staged(partition, records, firstOffset));
            counters.batchRecords.observe(count);
            counters.batchBytes.add(bytes);
        } catch (IOException | RuntimeException cause) {
            fail(partition, records, cause);
        }
    }

    private boolean force(Staged staged) {
        Partition partition = staged.partition();
        long begun = System.nanoTime();
        try {
            partition.commit();
            counters.syncNanos.observe(System.nanoTime() - begun);
        } catch (IOException | RuntimeException cause) {
            fail(partition, staged.records(), cause);
            return false;
        }
        storesAgain(partition);
        return true;
    }

    private void storesAgain(Partition partition) {
        if (failing[partition.number()]) {
            failing[partition.number()] = false;
            counters.failing.decrementAndGet();
            LOG.info("partition {} of the log {} stores again", partition.number(), name);
        }
    }

    /** Looks whether partitions that could not store can now, without waiting for a record to come. */
    void tryFailing() {
        if (counters.failing.get() == 0) {
            return;
        }
        boolean _ = run(() -> {
            for (Partition partition : partitions) {
                if (failing[partition.number()]) {
                    tryOut(partition);
                }
            }
        });
    }

    private void tryOut(Partition partition) {
        try {
            partition.tryOut();
            storesAgain(partition);
        } catch (IOException still) {
            LOG.debug("partition {} of the log {} still cannot store", partition.number(), name, still);
        }
    }

    private void fail(Partition partition, PendingRecords records, Exception cause) {
        counters.failed.increment();
        if (!failing[partition.number()]) {
            failing[partition.number()] = true;
            counters.failing.incrementAndGet();
            LOG.error("partition {} of the log {} cannot store", partition.number(), name, cause);
        }
        try {
            partition.rewind();
        } catch (IOException again) {
            cause.addSuppressed(again);
        }
        String message =
                "partition " + partition.number() + " of the log " + name + " could not store: " + cause.getMessage();
        release(records.reportFailed(new StoreException(message, cause)));
    }

    private void release(long cost) {
        synchronized (lock) {
            pendingBytes -= cost;
        }
    }

    private static void wakeReaders(Partition partition) {
        for (Runnable watcher : partition.watchers()) {
            try {
                watcher.run();
            } catch (RuntimeException bug) {
                LOG.error("a watcher of partition {} failed", partition.number(), bug);
            }
        }
    }

    /** The last act after a bug: nobody may wait for ever. */
    private void stop(StoreException why) {
        counters.dead = true;
        List<PendingRecords> left = new ArrayList<>(List.of(taken));
        synchronized (lock) {
            ended = why;
            left.addAll(List.of(pending));
            pending = noRecords();
            errands.forEach(errand -> errand.done().countDown());
        }
        left.forEach(records -> records.failAll(why));
    }

    private PendingRecords[] noRecords() {
        PendingRecords[] none = new PendingRecords[partitions.size()];
        Arrays.setAll(none, partition -> new PendingRecords());
        return none;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
