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
import org.apache.qpid.protonj2.types.transport.SenderSettleMode;
import org.jspecify.annotations.Nullable;

/**
 * A link on which this side sends. It never sends without credit and never holds more messages than it was made for: peers send
 * requests before they grant credit for the answer, so {@link #send} keeps a few and sends them when credit comes.
 *
 * <p>Only on the connection's event loop.
 */
public final class OutgoingLink extends AmqpLink {
    private final Sender sender;
    private final int pendingMax;
    private final int unsettledMax;
    private final boolean settled;
    private final ArrayDeque<byte[]> pending = new ArrayDeque<>();
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
        if (!isOpen() || pending.size() >= pendingMax) {
            return false;
        }
        pending.add(message);
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
            byte[] message = pending.poll();
            if (message == null) {
                return;
            }
            rest = ProtonBufferAllocator.defaultAllocator().copy(message);
            delivery = sender.next();
            delivery.setTag(ByteBuffer.allocate(Long.BYTES).putLong(tags++).array());
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
        // A peer that settles second waits for this side to settle; every outcome is final for a log that is read.
        if (!delivery.isSettled() && (delivery.isRemotelySettled() || delivery.getRemoteState() != null)) {
            delivery.settle();
            unsettled--;
            lineUp();
            roomMade.run();
        }
    }

    @Override
    void released() {
        pending.clear();
        unfinished = null;
        unfinishedRest = null;
    }
}
