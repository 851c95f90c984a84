package dev.holdfast.hub.service.message;

import dev.holdfast.hub.amqp.LockedDelivery;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.command.FeedbackBatch;
import dev.holdfast.hub.command.MessageRefusal;
import dev.holdfast.hub.command.Settlement;
import dev.holdfast.wire.Mailbox;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.OutgoingLink;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link on which a back end receives feedback, a batch for each credit it grants. It looks for batches every second, since they become
 * due by the clock. What it was sent and did not settle is given out again when the link is over.
 */
public final class FeedbackLink {
    private static final long LOOK_EVERY_MILLIS = 1000;
    /** More than batches that may be given out at once: the settlement of each has room. */
    private static final int TASKS_MAX = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(FeedbackLink.class);

    private final BackEnd backEnd;
    private final OutgoingLink link;
    private final Mailbox mailbox;
    /** Sent and not settled; on the event loop. */
    private final Set<UUID> sent = new HashSet<>();

    private final Future<?> looking;
    private boolean asked;

    private FeedbackLink(BackEnd backEnd, OutgoingLink link) {
        this.backEnd = backEnd;
        this.link = link;
        this.mailbox = new Mailbox(backEnd.threads(), TASKS_MAX, () -> {}, this::failed);
        this.looking = backEnd.connection()
                .amqp()
                .executor()
                .scheduleAtFixedRate(
                        () -> backEnd.connection().amqp().execute(this::look),
                        LOOK_EVERY_MILLIS,
                        LOOK_EVERY_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /** Opens a link, or refuses it. On the event loop. */
    public static void open(BackEnd backEnd, OutgoingLink link, ServiceAddress address) {
        Refusal fault = backEnd.fault();
        if (fault == null && address == ServiceAddress.FILE_NOTIFICATIONS) {
            fault = new ServiceLinkRefusal.FileNotificationsNotServed();
        }
        if (fault != null) {
            link.refuse(backEnd.errorOf(fault));
            return;
        }
        FeedbackLink receiving = new FeedbackLink(backEnd, link);
        link.whenClosed(receiving::closed);
        link.acceptUnsettled(receiving::look);
    }

    private void failed(Throwable cause) {
        LOG.error(
                "feedback of hub '{}' could not be read or settled",
                backEnd.hub().name(),
                cause);
    }

    private void closed() {
        looking.cancel(false);
        for (UUID lock : sent) {
            release(lock);
        }
        sent.clear();
    }

    /** Asks for a batch when the peer takes one. */
    private void look() {
        if (!link.isOpen() || asked) {
            return;
        }
        Refusal fault = backEnd.fault();
        if (fault != null) {
            link.detach(backEnd.errorOf(fault));
            return;
        }
        if (link.room() > 0) {
            asked = mailbox.put(() -> {
                Optional<FeedbackBatch> next = Optional.empty();
                try {
                    next = backEnd.hub().feedback().next();
                } finally {
                    Optional<FeedbackBatch> found = next;
                    backEnd.connection().amqp().executor().execute(() -> give(found));
                }
            });
        } else if (link.isDraining()) {
            link.drained();
        }
    }

    private void give(Optional<FeedbackBatch> next) {
        asked = false;
        if (next.isEmpty()) {
            link.drained();
            return;
        }
        FeedbackBatch batch = next.get();
        UUID lock = batch.lock();
        boolean taken = link.isOpen()
                && link.send(
                        message(batch).encode(),
                        LockedDelivery.tag(lock),
                        (outcome, settle) -> decided(lock, outcome, settle));
        if (taken) {
            sent.add(lock);
            look();
        } else {
            release(lock);
        }
    }

    private void decided(UUID lock, OutgoingLink.Outcome outcome, OutgoingLink.Settle settle) {
        if (!sent.remove(lock)) {
            return;
        }
        Settlement settlement = LockedDelivery.settlement(outcome);
        if (settlement == null) {
            release(lock);
            return;
        }
        boolean _ = mailbox.put(() -> {
            MessageRefusal refusal = backEnd.hub().feedback().settle(lock, settlement);
            AmqpError lost = LockedDelivery.errorOf(refusal);
            backEnd.connection().amqp().execute(() -> settle.settle(lost));
        });
    }

    private void release(UUID lock) {
        backEnd.threads().execute(() -> backEnd.hub().feedback().release(lock));
    }

    private AmqpMessage message(FeedbackBatch batch) {
        Map<String, Object> annotations = new LinkedHashMap<>();
        annotations.put("iothub-enqueuedtime", batch.enqueued());
        annotations.put("iothub-deliverycount", batch.abandoned());
        annotations.put("x-opt-sequence-number", batch.sequence());
        AmqpMessage.Properties properties = new AmqpMessage.Properties(
                UUID.randomUUID().toString(),
                backEnd.hub().name().value().getBytes(StandardCharsets.UTF_8),
                null,
                null,
                null,
                null,
                FeedbackBatch.CONTENT_TYPE,
                "utf-8",
                null,
                batch.enqueued());
        return new AmqpMessage(Map.of(), annotations, properties, Map.of(), new AmqpMessage.Body.Data(batch.json()));
    }
}
