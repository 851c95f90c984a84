package dev.holdfast.insight.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what comes from busy threads to one that may wait for the disk, in batches and in order. A full queue refuses: nothing
 * here ever holds up a connection.
 */
final class WritingThread<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WritingThread.class);
    private static final int BATCH_MAX = 256;
    private static final long CLOSE_MAX_MILLIS = 2_000;
    private static final long FLUSH_MAX_SECONDS = 10;

    /** A value, or somebody who waits until all before is written, or the end. */
    private record Item<T>(@Nullable T value, @Nullable CountDownLatch reached, boolean isEnd) {}

    private final BlockingQueue<Item<T>> queue;
    private final Consumer<List<T>> write;
    private final Thread thread;
    private volatile boolean closed;

    /**
     * @param first done before anything is written
     * @param write called on one thread; may block
     */
    WritingThread(String name, int queueMax, Runnable first, Consumer<List<T>> write) {
        this.queue = new ArrayBlockingQueue<>(queueMax);
        this.write = write;
        this.thread = Thread.ofPlatform().daemon().name(name).start(() -> {
            first.run();
            run();
        });
    }

    /** Whether there was room. */
    boolean offer(T value) {
        return !closed && queue.offer(new Item<>(value, null, false));
    }

    private void run() {
        List<Item<T>> items = new ArrayList<>(BATCH_MAX);
        boolean end = false;
        while (!end) {
            try {
                items.add(queue.take());
            } catch (InterruptedException _) {
                return;
            }
            queue.drainTo(items, BATCH_MAX - 1);
            end = items.stream().anyMatch(Item::isEnd);
            writeAll(items);
            items.clear();
        }
    }

    private void writeAll(List<Item<T>> items) {
        List<T> values = new ArrayList<>(items.size());
        for (Item<T> item : items) {
            T value = item.value();
            if (value != null) {
                values.add(value);
            }
        }
        try {
            if (!values.isEmpty()) {
                write.accept(values);
            }
        } catch (RuntimeException e) {
            LOG.error("{} things to be stored were lost", values.size(), e);
        } finally {
            for (Item<T> item : items) {
                CountDownLatch reached = item.reached();
                if (reached != null) {
                    reached.countDown();
                }
            }
        }
    }

    /** Waits until all that was taken before is written. */
    void flush() {
        CountDownLatch reached = new CountDownLatch(1);
        try {
            if (!closed && queue.offer(new Item<>(null, reached, false), FLUSH_MAX_SECONDS, TimeUnit.SECONDS)) {
                var _ = reached.await(FLUSH_MAX_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what waits, as long as that takes moments. */
    @Override
    public void close() {
        closed = true;
        try {
            var _ = queue.offer(new Item<>(null, null, true), CLOSE_MAX_MILLIS, TimeUnit.MILLISECONDS);
            thread.join(CLOSE_MAX_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
