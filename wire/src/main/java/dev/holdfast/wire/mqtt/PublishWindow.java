package dev.holdfast.wire.mqtt;

import dev.holdfast.base.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one connection that were handed to the session and are not settled yet, in order of arrival.
 *
 * <p>Receipts come from any thread and in any order; acknowledgements leave in order of arrival, since the C# client
 * accepts no other. A receipt costs a flag, and one wake-up of the event loop covers all receipts that came until it
 * runs. Everything but {@link Pending} is used on the event loop only.
 */
final class PublishWindow {
    private static final int OPEN = 0;
    private static final int STORED = 1;
    private static final int REFUSED = 2;
    private static final int DROPPED = 3;
    private static final int PUBACK_HEADER = 0x4002;
    private static final int PUBACK_BYTES = 4;

    private final Queue<Pending> pending = new ArrayDeque<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Limits.Mqtt limits;
    private final Runnable wake;
    private int bytes;
    private int holding;
    private volatile boolean refusing;

    /** @param wake has {@link #settle} called on the event loop; any thread */
    PublishWindow(Limits.Mqtt limits, Runnable wake) {
        this.limits = limits;
        this.wake = wake;
    }

    /** One message. */
    final class Pending implements PublishReceipt {
        private final AtomicInteger state = new AtomicInteger(OPEN);
        private final int packetId;
        private final int size;
        private boolean holds;

        private Pending(int packetId, int size) {
            this.packetId = packetId;
            this.size = size;
        }

        @Override
        public void stored() {
            settle(STORED);
        }

        @Override
        public void refused() {
            settle(REFUSED);
        }

        @Override
        public void dropped() {
            settle(DROPPED);
        }

        private void settle(int how) {
            if (!state.compareAndSet(OPEN, how)) {
                return;
            }
            if (how == REFUSED) {
                refusing = true;
            }
            if (woken.compareAndSet(false, true)) {
                wake.run();
            }
        }
    }

    /** @param packetId 0 for a message that is not acknowledged */
    Pending add(int packetId, int size) {
        Pending added = new Pending(packetId, size);
        pending.add(added);
        bytes += size;
        return added;
    }

    /** Takes nothing more until this message is settled. */
    void hold(Pending message) {
        message.holds = true;
        holding++;
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    boolean isFull() {
        return refusing
                || holding > 0
                || pending.size() >= limits.publishesInFlightMax()
                || bytes >= limits.publishBytesInFlightMax();
    }

    /** What {@link #settle} found: acknowledgements to send (null: none), and whether the next message was refused. */
    record Settled(@Nullable ByteBuf acknowledgements, boolean refused) {}

    Settled settle(ByteBufAllocator allocator) {
        // Before looking, so that a receipt which comes while we look wakes again.
        woken.set(false);
        ByteBuf acknowledgements = null;
        while (true) {
            Pending next = pending.peek();
            if (next == null || next.state.get() == OPEN) {
                return new Settled(acknowledgements, false);
            }
            if (next.state.get() == REFUSED) {
                return new Settled(acknowledgements, true);
            }
            pending.remove();
            bytes -= next.size;
            holding -= next.holds ? 1 : 0;
            if (next.packetId != 0 && next.state.get() == STORED) {
                if (acknowledgements == null) {
                    acknowledgements = allocator.buffer(PUBACK_BYTES * (pending.size() + 1));
                }
                acknowledgements.writeShort(PUBACK_HEADER).writeShort(next.packetId);
            }
        }
    }
}
