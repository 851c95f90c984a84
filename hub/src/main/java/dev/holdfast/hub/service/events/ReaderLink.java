package dev.holdfast.hub.service.events;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.amqp.Refusing;
import dev.holdfast.store.Log;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.AmqpConnection;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link that reads a partition, from attach to detach: where it starts, its seat among the readers, and whether it still may
 * read. On the connection's event loop.
 */
final class ReaderLink implements PartitionReaders.Seat {
    static final String EPOCH = "com.microsoft:epoch";
    static final String RECEIVER_NAME = "com.microsoft:receiver-name";
    static final String RUNTIME_METRIC = "com.microsoft:enable-receiver-runtime-metric";

    private static final Logger LOG = LoggerFactory.getLogger(ReaderLink.class);

    private final EventsSettings settings;
    private final AmqpConnection connection;
    private final OutgoingLink link;
    private final NodeAddress.Partition address;
    private final Hub hub;
    private final int partition;
    private final Refusing refused;
    private PartitionReaders.@Nullable Place place;
    private Log.@Nullable Watch watch;
    private Runnable closed = () -> {};
    private boolean over;

    ReaderLink(EventsSettings settings, AmqpConnection connection, OutgoingLink link, Target target, Refusing refused) {
        this.settings = settings;
        this.connection = connection;
        this.link = link;
        this.address = target.address();
        this.hub = target.hub();
        this.partition = target.partition();
        this.refused = refused;
    }

    /** A partition that exists. */
    record Target(NodeAddress.Partition address, Hub hub, int partition) {}

    NodeAddress.Partition address() {
        return address;
    }

    Hub hub() {
        return hub;
    }

    /** Looks where to start, then answers the attach. */
    void open(Runnable whenClosed) {
        closed = whenClosed;
        Map<String, Object> properties = link.request().properties();
        Long epoch = epoch(properties.get(EPOCH));
        if (properties.containsKey(EPOCH) && epoch == null) {
            refuse(new EventsRefusal.EpochNotANumber());
            return;
        }
        Object filter = link.request().filters().get(AmqpClient.SELECTOR);
        Optional<StartPosition> start = StartPosition.parse(filter);
        if (start.isEmpty()) {
            String text = String.valueOf(filter);
            refuse(new EventsRefusal.FilterNotUnderstood(text.length() > 80 ? text.substring(0, 80) + "…" : text));
            return;
        }
        link.whenClosed(() -> {
            leave();
            closed.run();
        });
        try {
            settings.threads().execute(() -> resolve(start.get(), epoch));
        } catch (RejectedExecutionException stopping) {
            refuse(new EventsRefusal.LogUnreadable());
        }
    }

    /** On a thread that may block. */
    private void resolve(StartPosition start, @Nullable Long epoch) {
        try {
            long first = start.resolve(hub.log(), partition);
            long next = hub.log().extent(partition).next();
            connection.execute(() -> begin(start, first, next, epoch));
        } catch (RuntimeException unreadable) {
            LOG.warn("Partition {} of hub {} could not be asked for {}", partition, hub.name(), start, unreadable);
            connection.execute(this::unreadable);
        }
    }

    private void begin(StartPosition start, long first, long next, @Nullable Long epoch) {
        if (over) {
            return;
        }
        if (first > next) {
            refuse(new EventsRefusal.StartBeyondEnd(start.describe(), next));
            return;
        }
        PartitionReaders.Place wanted = PartitionReaders.Place.of(hub.name(), address.group(), partition);
        EventsRefusal noSeat = settings.readers().take(wanted, this, epoch);
        if (noSeat != null) {
            refuse(noSeat);
            return;
        }
        place = wanted;
        boolean metric = link.request().desiredCapabilities().contains(RUNTIME_METRIC);
        PartitionReader reads = new PartitionReader(
                settings,
                connection,
                link,
                new PartitionReader.PartitionSource(hub, partition, first, metric),
                this::unreadable);
        link.accept(answer(epoch), metric ? Set.of(RUNTIME_METRIC) : Set.of(), reads::pump);
        watch(reads);
        reads.pump();
    }

    private void watch(PartitionReader reads) {
        try {
            settings.threads().execute(() -> openWatch(reads));
        } catch (RejectedExecutionException stopping) {
            unreadable();
        }
    }

    /** On a thread that may block. */
    private void openWatch(PartitionReader reads) {
        Log.Watch opened;
        try {
            opened = hub.log().watch(partition, reads::wake);
        } catch (RuntimeException unreadable) {
            LOG.warn("Partition {} of hub {} could not be watched", partition, hub.name(), unreadable);
            connection.execute(this::unreadable);
            return;
        }
        connection.executor().execute(() -> {
            watch = opened;
            if (over) {
                leave();
            }
        });
        // What came between the first read and the watch would wait for the next message otherwise.
        reads.wake();
    }

    /** A log that can't be read is mostly that of a hub that was just deleted. */
    private void unreadable() {
        detach(isCurrent() ? new EventsRefusal.LogUnreadable() : new EventsRefusal.HubDeleted(hub.name()));
    }

    private boolean isCurrent() {
        return settings.hubs()
                .byName(hub.name())
                .filter(now -> now.log().equals(hub.log()))
                .isPresent();
    }

    private Map<String, Object> answer(@Nullable Long epoch) {
        Map<String, Object> properties = new LinkedHashMap<>();
        if (link.request().properties().get(RECEIVER_NAME) instanceof String name) {
            properties.put(RECEIVER_NAME, name);
        }
        if (epoch != null) {
            properties.put(EPOCH, epoch);
        }
        return properties;
    }

    private static @Nullable Long epoch(@Nullable Object property) {
        return property instanceof Number number && number.longValue() >= 0 ? number.longValue() : null;
    }

    /** Why the link may not go on reading; null when it may. */
    @Nullable
    Refusal fault(Grants grants) {
        if (!isCurrent()) {
            return new EventsRefusal.HubDeleted(hub.name());
        }
        if (!hub.settings().get().hasConsumerGroup(address.group())) {
            return new EventsRefusal.ConsumerGroupDeleted(hub.name(), address.group());
        }
        return grants.faultFor(hub, address.path(), hub.name() + "/" + String.join("/", address.path()));
    }

    /** Any thread: another reader took the partition over. */
    @Override
    public void stop(EventsRefusal why) {
        connection.execute(() -> detach(why));
    }

    void detach(Refusal why) {
        if (place == null) {
            refuse(why);
        } else if (!over) {
            link.detach(refused.errorOf(hub.name(), why));
        }
    }

    private void refuse(Refusal why) {
        if (!over) {
            over = true;
            link.refuse(refused.errorOf(hub.name(), why));
            closed.run();
        }
    }

    private void leave() {
        over = true;
        PartitionReaders.Place taken = place;
        place = null;
        if (taken != null) {
            settings.readers().leave(taken, this);
        }
        Log.Watch open = watch;
        watch = null;
        if (open != null) {
            try {
                settings.threads().execute(open::close);
            } catch (RejectedExecutionException stopping) {
                open.close();
            }
        }
    }
}
