package dev.holdfast.hub.amqp;

import dev.holdfast.hub.command.MessageRefusal;
import dev.holdfast.hub.command.Settlement;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What was locked, on its way to a receiver and settled by it, as AMQP has it. */
public final class LockedDelivery {
    private static final int TAG_BYTES = 16;

    private LockedDelivery() {}

    /** The delivery tag: the lock, in the 16 bytes from which the C# SDK makes a Guid. */
    public static byte[] tag(UUID lock) {
        return ByteBuffer.allocate(TAG_BYTES)
                .putLong(lock.getMostSignificantBits())
                .putLong(lock.getLeastSignificantBits())
                .array();
    }

    /** What a receiver did with it; null when it did nothing, and it is let go of. */
    public static @Nullable Settlement settlement(OutgoingLink.Outcome outcome) {
        return switch (outcome) {
            case ACCEPTED -> Settlement.COMPLETED;
            case REJECTED -> Settlement.REJECTED;
            case RELEASED -> Settlement.ABANDONED;
            case NONE -> null;
        };
    }

    /** Why a settlement counts for nothing; null when it was carried out. */
    public static @Nullable AmqpError errorOf(@Nullable MessageRefusal refusal) {
        return refusal == null ? null : new AmqpError(AmqpError.MESSAGE_LOCK_LOST, refusal.explain());
    }
}
