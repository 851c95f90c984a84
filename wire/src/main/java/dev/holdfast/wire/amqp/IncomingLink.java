package dev.holdfast.wire.amqp;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.engine.IncomingDelivery;
import org.apache.qpid.protonj2.engine.Receiver;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.Rejected;
import org.apache.qpid.protonj2.types.transport.DeliveryState;
import org.apache.qpid.protonj2.types.transport.ReceiverSettleMode;

/**
 * A link on which the peer sends. The peer sends as many messages as it was granted credit for, each within a bound.
 *
 * <p>Only on the connection's event loop.
 */
public final class IncomingLink extends AmqpLink {
    /** A complete message that waits for its outcome. */
    public final class Arrived {
        private final IncomingDelivery delivery;
        private final byte[] encoded;

        private Arrived(IncomingDelivery delivery, byte[] encoded) {
            this.delivery = delivery;
            this.encoded = encoded;
        }

        /** The bytes of the message; {@link AmqpMessage#decode} reads them. */
        public byte[] encoded() {
            return encoded;
        }

        /** What the peer says the bytes are; 0 for a message as AMQP has them. */
        public int format() {
            return delivery.getMessageFormat();
        }

        /** Lets the peer send so many more on the link that this came on. */
        public void grant(int more) {
            IncomingLink.this.grant(more);
        }

        /** Says that it was taken; nothing to a peer that settled it when it sent it. */
        public void accept() {
            settle(Accepted.getInstance());
        }

        /** As {@link #accept}, that it was not. */
        public void reject(AmqpError error) {
            settle(new Rejected(error.toCondition()));
        }

        private void settle(DeliveryState outcome) {
            if (!isOpen()) {
                return;
            }
            if (delivery.isRemotelySettled()) {
                delivery.settle();
            } else {
                delivery.disposition(outcome, true);
            }
        }
    }

    /** Frames for a link that is over: what was under way when it was closed, and no more. */
    private static final int LATE_TRANSFERS_MAX = 10_000;

    private final Receiver receiver;
    private int messageMaxBytes;
    private Consumer<Arrived> arrived = _ -> {};
    private int granted;
    private int buffered;
    private int late;

    IncomingLink(EngineHost host, Receiver receiver, AttachRequest request, int messageMaxBytes) {
        super(host, receiver, request);
        this.receiver = receiver;
        this.messageMaxBytes = messageMaxBytes;
        receiver.deliveryReadHandler(delivery -> host.guarded(() -> read(delivery)));
        receiver.deliveryAbortedHandler(delivery -> host.guarded(() -> aborted(delivery)));
    }

    /** Answers the attach and takes {@code credit} requests at first; {@link #grant} lets more come. */
    public void accept(int credit, Consumer<Arrived> arrived) {
        accept(credit, messageMaxBytes, arrived);
    }

    /** As {@link #accept(int, Consumer)}, for messages of another size than requests have. */
    public void accept(int credit, int maxBytes, Consumer<Arrived> arrived) {
        this.arrived = arrived;
        messageMaxBytes = maxBytes;
        receiver.setSenderSettleMode(receiver.getRemoteSenderSettleMode());
        receiver.setReceiverSettleMode(ReceiverSettleMode.FIRST);
        receiver.setMaxMessageSize(UnsignedLong.valueOf(messageMaxBytes));
        open(Map.of());
        grant(credit);
    }

    /** For a link that this side attaches; {@code ready} tells whether the peer accepts it. */
    void start(int credit, Consumer<Arrived> arrived, CompletableFuture<IncomingLink> ready) {
        this.arrived = arrived;
        receiver.setReceiverSettleMode(ReceiverSettleMode.FIRST);
        receiver.openHandler(_ -> {
            // A peer that refuses attaches without a source and detaches with the reason.
            if (receiver.getRemoteSource() != null) {
                ready.complete(this);
            }
        });
        failWhenClosed(ready);
        granted = credit;
        receiver.addCredit(credit);
        receiver.open();
    }

    /** Lets the peer send so many more messages. */
    public void grant(int more) {
        if (isOpen() && more > 0) {
            granted += more;
            receiver.addCredit(more);
        }
    }

    private void read(IncomingDelivery delivery) {
        if (!isOpen()) {
            drop(delivery);
            return;
        }
        if (granted == 0) {
            detach(new AmqpError(
                    AmqpError.LINK_TRANSFER_LIMIT_EXCEEDED, "A message was sent without credit on this link."));
            drop(delivery);
            return;
        }
        int now = delivery.available();
        host().receiving(now - buffered);
        buffered = now;
        if (host().isOver()) {
            return;
        }
        if (now > messageMaxBytes) {
            forget();
            detach(new AmqpError(
                    AmqpError.LINK_MESSAGE_SIZE_EXCEEDED,
                    "A message has more than " + messageMaxBytes + " bytes. Send less at once."));
            drop(delivery);
            return;
        }
        if (!delivery.isPartial()) {
            granted--;
            forget();
            arrived.accept(new Arrived(delivery, bytes(delivery)));
        }
    }

    private void aborted(IncomingDelivery delivery) {
        forget();
        if (isOpen()) {
            granted = Math.max(0, granted - 1);
            delivery.settle();
            grant(1);
        }
    }

    private void forget() {
        host().receiving(-buffered);
        buffered = 0;
    }

    private void drop(IncomingDelivery delivery) {
        ProtonBuffer unread = delivery.readAll();
        if (unread != null) {
            unread.close();
        }
        if (++late > LATE_TRANSFERS_MAX) {
            host().fail(new AmqpRefusal.ProtocolViolated("the peer goes on sending on a link that is closed"));
        }
    }

    private static byte[] bytes(IncomingDelivery delivery) {
        ProtonBuffer all = delivery.readAll();
        if (all == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[all.getReadableBytes()];
        all.readBytes(bytes, 0, bytes.length);
        return bytes;
    }

    @Override
    void released() {
        forget();
    }
}
