package dev.holdfast.hub.service.events;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.store.Log;
import dev.holdfast.wire.amqp.AmqpConnection;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one partition for one link: a chunk at a time on a thread that may block, ahead of the link by a bounded number of bytes
 * and only while the peer has credit. All fields live on the connection's event loop.
 */
final class PartitionReader {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionReader.class);

    /** Of the read-ahead; so that a chunk, which grows when it is encoded, fits in it. */
    private static final int CHUNKS_IN_READ_AHEAD = 4;

    private final EventsSettings settings;
    private final AmqpConnection connection;
    private final OutgoingLink link;
    private final Hub hub;
    private final int partition;
    private final boolean runtimeMetric;
    private final Runnable failed;
    private final DeliveryCounters.OfHub deliveries;
    private final ArrayDeque<byte[]> ready = new ArrayDeque<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private long readyBytes;
    private long next;
    private boolean reading;
    private boolean mayHaveMore = true;

    /** What one read brought. */
    private record Chunk(List<byte[]> events, long bytes, long next) {}

    /** @param failed told on the event loop when the log could not be read */
    PartitionReader(
            EventsSettings settings,
            AmqpConnection connection,
            OutgoingLink link,
            PartitionSource source,
            Runnable failed) {
        this.settings = settings;
        this.connection = connection;
        this.link = link;
        this.hub = source.hub();
        this.partition = source.partition();
        this.next = source.first();
        this.runtimeMetric = source.runtimeMetric();
        this.failed = failed;
        this.deliveries = settings.deliveries().of(hub.name());
    }

    /**
     * What is read, and from where.
     *
     * @param first sequence number of the first message
     * @param runtimeMetric whether each message tells about the end of the partition
     */
    record PartitionSource(Hub hub, int partition, long first, boolean runtimeMetric) {}

    /** The log has something new; any thread. */
    void wake() {
        if (woken.compareAndSet(false, true)) {
            connection.execute(() -> {
                woken.set(false);
                mayHaveMore = true;
                pump();
            });
        }
    }

    /** Gives the link what it has room for, and reads on. */
    void pump() {
        while (!ready.isEmpty() && link.room() > 0) {
            byte[] event = ready.remove();
            readyBytes -= event.length;
            link.send(event);
            deliveries.delivered(event.length);
        }
        if (!reading && mayHaveMore && link.wanted() > ready.size() && readyBytes < readAheadMaxBytes() / 2) {
            read();
        }
        if (!reading && !mayHaveMore && ready.isEmpty()) {
            link.drained();
        }
    }

    private int readAheadMaxBytes() {
        return settings.limits().amqp().readAheadMaxBytes();
    }

    private void read() {
        reading = true;
        mayHaveMore = false;
        long from = next;
        int maxBytes = Math.min(settings.limits().storage().readMaxBytes(), readAheadMaxBytes() / CHUNKS_IN_READ_AHEAD);
        try {
            settings.threads().execute(() -> {
                Chunk chunk = chunk(from, maxBytes);
                connection.execute(() -> arrived(chunk));
            });
        } catch (RejectedExecutionException stopping) {
            failed.run();
        }
    }

    private @Nullable Chunk chunk(long from, int maxBytes) {
        try {
            List<Log.Entry> entries = hub.log().read(partition, from, maxBytes);
            EventEncoder.RuntimeMetric metric = runtimeMetric
                    ? new EventEncoder.RuntimeMetric(
                            hub.log().extent(partition), settings.clock().instant())
                    : null;
            List<byte[]> events = new ArrayList<>(entries.size());
            long bytes = 0;
            for (Log.Entry entry : entries) {
                byte[] event = EventEncoder.encode(StoredMessage.of(entry), metric);
                events.add(event);
                bytes += event.length;
            }
            return new Chunk(
                    events, bytes, entries.isEmpty() ? from : entries.getLast().offset() + 1);
        } catch (RuntimeException unreadable) {
            // Whatever it is, a bug of ours too: a reader that waits for ever would be worse than one that ends.
            LOG.warn("Partition {} of hub {} could not be read from {}", partition, hub.name(), from, unreadable);
            return null;
        }
    }

    private void arrived(@Nullable Chunk chunk) {
        reading = false;
        if (!link.isOpen()) {
            return;
        }
        if (chunk == null) {
            failed.run();
            return;
        }
        ready.addAll(chunk.events());
        readyBytes += chunk.bytes();
        next = chunk.next();
        mayHaveMore |= !chunk.events().isEmpty();
        pump();
    }
}
