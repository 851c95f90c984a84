package dev.holdfast.wire.http;

import dev.holdfast.base.Limits;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of one request while it arrives, in memory that was taken from the {@link BodyBudget} to the byte: one array of the
 * announced length, or for chunked bodies pieces of a fixed size, which become one array at the end. Event loop only.
 */
final class ArrivingBody {
    private static final int PIECE_BYTES = 16 * 1024;

    private final Limits.Http limits;
    private final BodyBudget.Share budget;
    private final long beganNanos;
    private final boolean announced;
    private final List<byte[]> pieces = new ArrayList<>();
    private int size;
    private long taken;

    /**
     * @param head of the request, whose length was held against the limit
     * @param nowNanos of the clock that {@link #left} is asked with
     * @throws RequestRefused when there is no room for it now
     */
    ArrivingBody(RequestHead head, Limits.Http limits, BodyBudget.Share budget, long nowNanos) throws RequestRefused {
        this.limits = limits;
        this.budget = budget;
        this.beganNanos = nowNanos;
        this.announced = head.bodyBytes() != RequestHead.UNKNOWN_LENGTH;
        if (announced) {
            grow((int) head.bodyBytes());
        }
    }

    /** Takes what came. */
    void add(ByteBuf bytes) throws RequestRefused {
        if (size + (long) bytes.readableBytes() > limits.bodyMaxBytes()) {
            throw new RequestRefused(RequestFault.BODY_TOO_LARGE);
        }
        if (announced && size + bytes.readableBytes() > pieces.getFirst().length) {
            throw new IllegalStateException("more was decoded than the length that was announced");
        }
        while (bytes.isReadable()) {
            int used = announced ? size : size % pieceBytes();
            if (!announced && used == 0) {
                grow(pieceBytes());
            }
            byte[] last = pieces.getLast();
            int fits = Math.min(bytes.readableBytes(), last.length - used);
            bytes.readBytes(last, used, fits);
            size += fits;
        }
    }

    /** The whole body; its memory is given back with {@link #release}. */
    byte[] whole() throws RequestRefused {
        if (announced) {
            return pieces.getFirst();
        }
        long before = taken;
        List<byte[]> from = List.copyOf(pieces);
        pieces.clear();
        grow(size);
        byte[] whole = pieces.getLast();
        for (int i = 0; i < from.size(); i++) {
            int at = i * pieceBytes();
            System.arraycopy(from.get(i), 0, whole, at, Math.min(pieceBytes(), size - at));
        }
        budget.giveBack(before);
        taken -= before;
        return whole;
    }

    /**
     * How long more bytes may be waited for: no longer than the idle time, and not so long that the body as a whole came slower than
     * the least rate, once the idle time has passed. Zero when it is over.
     */
    Duration left(long nowNanos) {
        long idleNanos = limits.idleMaxTime().toNanos();
        long mayTakeNanos = idleNanos + size * 1_000_000_000L / limits.bodyMinBytesPerSecond();
        return Duration.ofNanos(Math.max(0, Math.min(idleNanos, beganNanos + mayTakeNanos - nowNanos)));
    }

    /** Gives all memory back to the budget; a second call does nothing. */
    void release() {
        budget.giveBack(taken);
        taken = 0;
        pieces.clear();
    }

    private void grow(int bytes) throws RequestRefused {
        budget.take(bytes);
        taken += bytes;
        pieces.add(new byte[bytes]);
    }

    private int pieceBytes() {
        return Math.min(PIECE_BYTES, limits.bodyMaxBytes());
    }
}
