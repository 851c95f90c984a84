package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.LockedDelivery;
import dev.holdfast.hub.command.LockedMessage;
import dev.holdfast.hub.command.MessageRefusal;
import dev.holdfast.hub.command.Messages;
import dev.holdfast.hub.command.Settlement;
import dev.holdfast.hub.device.amqp.DevicesPart.Shared;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link on which a device receives cloud-to-device messages: takes one after the other out of the queue while the device has credit for them, and settles each as
 * the device says. What it did not settle when the link ends is given out again. On the event loop; the queue is asked by threads that may block.
 */
final class MessageLink {
    private static final Logger LOG = LoggerFactory.getLogger(MessageLink.class);

    private final Executor threads;
    private final Limits.Message limits;
    private final HubConnection connection;
    private final DeviceLinkSet links;
    private final ConnectedDevice device;
    private final Messages messages;
    private final Identity identity;
    private final OutgoingLink link;
    private final MessageEncoder encoder;
    private final Set<UUID> held = new LinkedHashSet<>();
    private boolean asking;
    private boolean woken;

    MessageLink(
            Shared shared, HubConnection connection, DeviceLinkSet links, ConnectedDevice device, OutgoingLink link) {
        this.threads = shared.threads();
        this.limits = shared.limits().message();
        this.connection = connection;
        this.links = links;
        this.device = device;
        this.messages = device.hub().messages();
        this.identity = device.identity();
        this.link = link;
        this.encoder = new MessageEncoder(identity);
    }

    void open() {
        woken = true;
        link.acceptUnsettled(this::ask);
        ask();
    }

    /** There may be something in the queue. */
    void wake() {
        woken = true;
        ask();
    }

    /** Asks for the next message, if there may be one and the device takes one. */
    private void ask() {
        if (asking || !woken || device.isEnded() || held.size() >= limits.inFlightMax()) {
            return;
        }
        if (link.wanted() == 0) {
            link.drained();
            return;
        }
        asking = true;
        woken = false;
        work(() -> {
            Optional<LockedMessage> next = messages.next(identity, device, limits.lockTime());
            connection.amqp().executor().execute(() -> answered(next));
        });
    }

    /** Even when the connection is over: then the message goes back. */
    private void answered(Optional<LockedMessage> next) {
        asking = false;
        next.ifPresent(given -> {
            woken = true;
            UUID lock = given.lock();
            boolean sent = link.send(
                    encoder.encode(given),
                    LockedDelivery.tag(lock),
                    (outcome, settle) -> decided(lock, outcome, settle));
            if (sent) {
                held.add(lock);
            } else {
                work(() -> messages.release(identity, lock));
            }
        });
        if (next.isEmpty() && !woken) {
            link.drained();
        }
        if (link.isOpen()) {
            ask();
        }
    }

    private void decided(UUID lock, OutgoingLink.Outcome outcome, OutgoingLink.Settle settle) {
        if (!held.remove(lock)) {
            return;
        }
        Settlement settlement = LockedDelivery.settlement(outcome);
        work(() -> {
            MessageRefusal refusal = settlement == null ? null : messages.settle(identity, lock, settlement);
            if (settlement == null) {
                messages.release(identity, lock);
            }
            AmqpError lost = LockedDelivery.errorOf(refusal);
            connection.amqp().execute(() -> {
                settle.settle(lost);
                ask();
            });
        });
    }

    /** What was not settled goes back into the queue. */
    void closed() {
        List<UUID> left = List.copyOf(held);
        held.clear();
        if (!left.isEmpty()) {
            work(() -> left.forEach(lock -> messages.release(identity, lock)));
        }
    }

    private void work(Runnable task) {
        try {
            threads.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException failed) {
                    LOG.error("messages could not be given to '{}'", identity, failed);
                    connection.amqp().execute(() -> link.detach(links.errorOf(new DeviceRefusal.QueueUnreadable())));
                }
            });
        } catch (RejectedExecutionException stopping) {
            // Locks are in memory: after the restart all of it is given out again.
        }
    }
}
