package dev.holdfast.hub.device.mqtt;

import dev.holdfast.hub.command.CloudMessage;
import dev.holdfast.hub.command.LockedMessage;
import dev.holdfast.hub.command.Messages;
import dev.holdfast.hub.command.Settlement;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.wire.mqtt.DeliveryReceipt;
import dev.holdfast.wire.mqtt.MqttDelivery;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes cloud-to-device messages out of the queue of one connected identity and gives them to its client, a few at a time and in order.
 * A PUBACK completes a message; MQTT can neither reject nor abandon one. What the client did not acknowledge is in the queue again when
 * the connection is over, since its locks end with it.
 *
 * <p>Any thread tells it that there is something to do; one virtual thread at a time does it, since that may block on the disk.
 */
final class MessageFeed {
    private static final Logger LOG = LoggerFactory.getLogger(MessageFeed.class);

    private final Messages messages;
    private final Identity identity;
    private final MessageTopic topic;
    private final DeviceEntry entry;
    private final int inFlightMax;
    private final Queue<UUID> completed = new ConcurrentLinkedQueue<>();
    /** Calls of {@link #look} that were not answered yet. */
    private final AtomicInteger calls = new AtomicInteger();

    private final AtomicInteger inFlight = new AtomicInteger();

    MessageFeed(Messages messages, Identity identity, DeviceEntry entry, int inFlightMax) {
        this.messages = messages;
        this.identity = identity;
        this.topic = new MessageTopic(identity);
        this.entry = entry;
        this.inFlightMax = inFlightMax;
    }

    /** Whether the client is subscribed to messages of any kind. */
    boolean isWanted() {
        return topic.filters().stream().anyMatch(filter -> entry.granted(filter) != null);
    }

    /** There may be something to give, or to complete. */
    void look() {
        if (calls.getAndIncrement() == 0) {
            Thread.ofVirtual().name("messages").start(this::work);
        }
    }

    private void work() {
        int answered;
        do {
            answered = calls.get();
            try {
                complete();
                give();
            } catch (RuntimeException failed) {
                // Nothing is lost: what is locked is given out again, on the next connection at the latest.
                LOG.error("messages could not be given to '{}'", identity, failed);
            }
        } while (calls.addAndGet(-answered) > 0);
    }

    private void complete() {
        UUID lock = completed.poll();
        while (lock != null) {
            // A lock that is lost was taken over by a newer connection, which is given the message again.
            var _ = messages.settle(identity, lock, Settlement.COMPLETED);
            lock = completed.poll();
        }
    }

    private void give() {
        while (isWanted() && !entry.isEnded() && inFlight.get() < inFlightMax) {
            Optional<LockedMessage> next = messages.next(identity, entry, null, this::takes);
            if (next.isEmpty()) {
                return;
            }
            give(next.get());
        }
    }

    /** Whether the client is subscribed to what a message is for: a module may be to some of its inputs only. */
    private boolean takes(CloudMessage message) {
        return topic.filtersOf(message).stream().anyMatch(filter -> entry.granted(filter) != null);
    }

    private void give(LockedMessage given) {
        inFlight.incrementAndGet();
        boolean sent = topic.filtersOf(given.message()).stream()
                .anyMatch(filter -> entry.publish(
                        filter,
                        qos -> new MqttDelivery(
                                topic.topic(given), given.message().body(), qos, receipt(given.lock()))));
        if (!sent) {
            inFlight.decrementAndGet();
            messages.release(identity, given.lock());
        }
    }

    private DeliveryReceipt receipt(UUID lock) {
        return new DeliveryReceipt() {
            @Override
            public void taken() {
                inFlight.decrementAndGet();
                completed.add(lock);
                look();
            }

            @Override
            public void lost() {
                inFlight.decrementAndGet();
            }
        };
    }
}
