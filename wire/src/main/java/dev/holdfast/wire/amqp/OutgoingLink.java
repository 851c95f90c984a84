package dev.holdfast.wire.amqp;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.engine.OutgoingDelivery;
import org.apache.qpid.protonj2.engine.Sender;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.Modified;
import org.apache.qpid.protonj2.types.messaging.Rejected;
import org.apache.qpid.protonj2.types.messaging.Released;
import org.apache.qpid.protonj2.types.transport.SenderSettleMode;
import org.jspecify.annotations.Nullable;

/**
 * A link on which this side sends. It never sends without credit and never holds more messages than it was made for: peers send
 * requests before they grant credit for the answer, so {@link #send} keeps a few and sends them when credit comes.
 *
 * <p>Only on the connection's event loop.
 */
public final class OutgoingLink extends AmqpLink {
    /** What a peer did with a message. */
    public enum Outcome {
        ACCEPTED,
        REJECTED,
        /** Given back, whether changed or not. */
        RELEASED,
        /** Settled without a word. */
        NONE
    }

    /** Told on the event loop what became of a message that was sent for it. */
    @FunctionalInterface
    public interface Decided {
        /** @param settle called once, on the event loop */
        void decided(Outcome outcome, Settle settle);
    }

    /** Tells the peer what became of its word, if it waits for that. */
    @FunctionalInterface
    public interface Settle {
        /** @param lost why its word counts for nothing; null when it is kept */
        void settle(@Nullable AmqpError lost);
    }

    /**
     * @param tag by which the peer names it; null for one of no meaning
     * @param decided null when the outcome does not matter
     */
    private record Waiting(
            byte[] message, byte @Nullable [] tag, @Nullable Decided decided) {}

    private final Sender sender;
    private int pendingMax;
    private int pendingMaxBytes = Integer.MAX_VALUE;
    private int pendingBytes;
    private final int unsettledMax;
    private boolean settled;
    private final ArrayDeque<Waiting> pending = new ArrayDeque<>();
    private @Nullable OutgoingDelivery unfinished;
    private @Nullable ProtonBuffer unfinishedRest;
    private Runnable roomMade = () -> {};
    private long tags;
    private int unsettled;
    private boolean waiting;

    /**
     * @param pendingMax messages that may wait for credit
     * @param unsettledMax messages that may wait for the peer's disposition
     */
    OutgoingLink(EngineHost host, Sender sender, AttachRequest request, int pendingMax, int unsettledMax) {
        super(host, sender, request);
        this.sender = sender;
        this.pendingMax = pendingMax;
        this.unsettledMax = unsettledMax;
        SenderSettleMode asked = sender.getRemoteSenderSettleMode();
        this.settled = asked == SenderSettleMode.SETTLED;
        sender.creditStateUpdateHandler(_ -> host.guarded(this::creditChanged));
        sender.deliveryStateUpdatedHandler(delivery -> host.guarded(() -> stateChanged(delivery)));
    }

    /**
     * Answers the attach.
     *
     * @param properties link properties of the answer, names are fixed texts
     * @param offered capabilities that the peer desired and has now
     * @param roomMade called when messages were sent, or more credit came
     */
    public void accept(Map<String, Object> properties, Set<String> offered, Runnable roomMade) {
        this.roomMade = roomMade;
        if (!offered.isEmpty()) {
            sender.setOfferedCapabilities(offered.stream().map(Symbol::valueOf).toArray(Symbol[]::new));
        }
        sender.setSenderSettleMode(settled ? SenderSettleMode.SETTLED : SenderSettleMode.UNSETTLED);
        sender.setReceiverSettleMode(sender.getRemoteReceiverSettleMode());
        open(properties);
    }

    /** As {@link #accept}, for messages that have an outcome each, whatever settle mode the peer asked for. */
    public void acceptUnsettled(Runnable roomMade) {
        settled = false;
        accept(Map.of(), Set.of(), roomMade);
    }

    /** Lets other numbers of messages and bytes wait for credit than requests may. */
    public void holdUpTo(int messages, int bytes) {
        pendingMax = messages;
        pendingMaxBytes = bytes;
    }

    /** For a link that this side attaches; {@code ready} tells whether the peer accepts it. */
    void start(CompletableFuture<OutgoingLink> ready) {
        sender.setSenderSettleMode(settled ? SenderSettleMode.SETTLED : SenderSettleMode.UNSETTLED);
        sender.openHandler(_ -> {
            if (sender.getRemoteTarget() != null) {
                ready.complete(this);
            }
        });
        failWhenClosed(ready);
        sender.open();
    }

    /** How many messages the peer wants beyond those that wait here already. */
    public int wanted() {
        if (!isOpen()) {
            return 0;
        }
        // Never negative: Engines keeps credit within what the engine counts with.
        return Math.max(0, Math.min(sender.getCredit(), unsettledMax - unsettled) - pending.size());
    }

    /** How many more messages {@link #send} may be given now so that they go out soon. */
    public int room() {
        return Math.min(wanted(), pendingMax - pending.size());
    }

    /** Messages taken and not sent. */
    public int pending() {
        return pending.size() + (unfinished == null ? 0 : 1);
    }

    /** Takes an encoded message; false when the link is closed or holds as many as it may. */
    public boolean send(byte[] message) {
        return send(new Waiting(message, null, null));
    }

    /**
     * As {@link #send(byte[])}, of a message whose outcome matters.
     *
     * @param tag at most 32 bytes
     */
    public boolean send(byte[] message, byte[] tag, Decided decided) {
        return send(new Waiting(message, tag, decided));
    }

    private boolean send(Waiting one) {
        if (!isOpen() || pending.size() >= pendingMax || pendingBytes > pendingMaxBytes - one.message.length) {
            return false;
        }
        pending.add(one);
        pendingBytes += one.message.length;
        lineUp();
        return true;
    }

    /** Whether the peer wants its credit used up or returned. */
    public boolean isDraining() {
        return isOpen() && sender.isDraining();
    }

    /** Returns the credit of a draining peer: there is nothing more to send now. */
    public void drained() {
        if (isDraining() && pending() == 0) {
            sender.drained();
        }
    }

    private void creditChanged() {
        lineUp();
        wakeOthers();
        roomMade.run();
    }

    /**
     * The engine forgets to tell the other links of a session when a flow for this one opened the session's window again; setting
     * the capacity makes it look at all of them.
     */
    private void wakeOthers() {
        if (host().hasHeldUp(this)) {
            sender.getSession().setOutgoingCapacity(0);
            sender.getSession().setOutgoingCapacity(-1);
        }
    }

    /** Whether it holds messages and is not in line to send them. */
    boolean isHeldUp() {
        return !waiting && pending() > 0;
    }

    private void lineUp() {
        if (isOpen() && pending() > 0 && unsettled < unsettledMax && sender.isSendable()) {
            host().turns().lineUp(this);
        }
    }

    /** For {@link SendTurns}: changes whether the link is in line; false when it was so already. */
    boolean markWaiting(boolean now) {
        boolean changed = waiting != now;
        waiting = now;
        return changed;
    }

    /** Sends one message, or as much of it as the session's window takes. */
    void sendNext() {
        if (!isOpen() || !sender.isSendable() || unsettled >= unsettledMax) {
            return;
        }
        ProtonBuffer rest = unfinishedRest;
        OutgoingDelivery delivery = unfinished;
        if (delivery == null || rest == null) {
            Waiting one = pending.poll();
            if (one == null) {
                return;
            }
            pendingBytes -= one.message.length;
            rest = ProtonBufferAllocator.defaultAllocator().copy(one.message);
            delivery = sender.next();
            delivery.setTag(
                    one.tag != null
                            ? one.tag
                            : ByteBuffer.allocate(Long.BYTES).putLong(tags++).array());
            delivery.setLinkedResource(one.decided);
            if (settled) {
                delivery.settle();
            } else {
                unsettled++;
            }
        }
        delivery.writeBytes(rest);
        boolean done = !delivery.isPartial();
        unfinished = done ? null : delivery;
        unfinishedRest = done ? null : rest;
        lineUp();
        if (done) {
            roomMade.run();
        }
    }

    private void stateChanged(OutgoingDelivery delivery) {
        boolean over = delivery.isRemotelySettled() || outcome(delivery) != Outcome.NONE;
        if (delivery.isSettled() || !over) {
            return;
        }
        Decided decided = delivery.getLinkedResource(Decided.class);
        if (decided == null) {
            settle(delivery, null);
        } else {
            delivery.setLinkedResource((Decided) (_, _) -> {});
            decided.decided(outcome(delivery), lost -> settle(delivery, lost));
        }
    }

    /** A peer that settles second waits for this side to settle. */
    private void settle(OutgoingDelivery delivery, @Nullable AmqpError lost) {
        if (!isOpen() || delivery.isSettled()) {
            return;
        }
        if (delivery.isRemotelySettled()) {
            delivery.settle();
        } else {
            delivery.disposition(lost == null ? delivery.getRemoteState() : new Rejected(lost.toCondition()), true);
        }
        unsettled--;
        lineUp();
        roomMade.run();
    }

    private static Outcome outcome(OutgoingDelivery delivery) {
        return switch (delivery.getRemoteState()) {
            case Accepted _ -> Outcome.ACCEPTED;
            case Rejected _ -> Outcome.REJECTED;
            case Released _ -> Outcome.RELEASED;
            case Modified _ -> Outcome.RELEASED;
            case null, default -> Outcome.NONE;
        };
    }

    @Override
    void released() {
        pending.clear();
        pendingBytes = 0;
        unfinished = null;
        unfinishedRest = null;
    }
}
