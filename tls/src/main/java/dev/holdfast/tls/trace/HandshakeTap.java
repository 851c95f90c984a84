package dev.holdfast.tls.trace;

import dev.holdfast.base.Limits;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads along while two sides shake hands: give it what each of them sends, in the order in which it goes over the wire, and it tells
 * what was seen. It needs no key, so that what is encrypted stays so.
 *
 * <p>Both sides may be hostile: what is held and kept is bounded by {@link Limits.Trace}. One thread at a time.
 */
public final class HandshakeTap {
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int ALERT_BYTES = 2;
    private static final int FATAL = 2;

    private final Limits.Trace limits;
    private final List<Seen> seen = new ArrayList<>();
    private final Map<Side, Direction> directions = new EnumMap<>(Side.class);
    private @Nullable ServerHello chosen;

    public HandshakeTap(Limits.Trace limits) {
        this.limits = limits;
        for (Side side : Side.values()) {
            directions.put(side, new Direction(side));
        }
    }

    /**
     * Reads what one side sent.
     *
     * @param bytes any part of its stream, read from position to limit; its position is not changed
     * @param at time since the beginning
     */
    public void read(Side from, ByteBuffer bytes, Duration at) {
        direction(from).read(bytes.slice(), at);
    }

    /** What was seen so far, in the order in which it was complete. */
    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    /** What the server chose; empty before its ServerHello, after a HelloRetryRequest too. */
    public Optional<ServerHello> chosen() {
        return Optional.ofNullable(chosen).filter(hello -> !hello.isRetryRequest());
    }

    /** Bytes that a side sent, those that were not looked at included. */
    public long bytes(Side from) {
        return direction(from).bytes;
    }

    private Direction direction(Side side) {
        Direction direction = directions.get(side);
        if (direction == null) {
            throw new IllegalStateException("both sides are there from the beginning");
        }
        return direction;
    }

    private void add(Seen one) {
        if (seen.size() < limits.seenMax()) {
            seen.add(one);
        }
    }

    /** One side's stream: records, and the messages in them. */
    private final class Direction {
        private final Side side;
        private final RecordReader records = new RecordReader();
        /** The beginning of a message that goes on in the next record, and that record. */
        private final ByteBuffer unfinished =
                ByteBuffer.allocate(MESSAGE_HEADER_BYTES + limits.messageMaxBytes() + RecordReader.FRAGMENT_MAX_BYTES);

        private boolean encrypted;
        private boolean ended;
        private long bytes;

        Direction(Side side) {
            this.side = side;
        }

        void read(ByteBuffer in, Duration at) {
            bytes += in.remaining();
            while (in.hasRemaining() && !ended) {
                if (bytes > limits.sideMaxBytes()) {
                    end(at, 0, "more than " + limits.sideMaxBytes() + " bytes came, which no handshake needs");
                    return;
                }
                records.read(in).ifPresent(whole -> record(whole, at));
                if (!records.fault().isEmpty()) {
                    end(at, records.pendingBytes(), records.fault());
                }
            }
        }

        private void end(Duration at, int size, String what) {
            ended = true;
            add(new Seen.Unreadable(side, at, size, what));
        }

        private void record(RecordReader.TlsRecord whole, Duration at) {
            ByteBuffer fragment = whole.fragment();
            switch (whole.type()) {
                case RecordReader.CHANGE_CIPHER_SPEC -> {
                    add(new Seen.CipherChange(side, at, whole.bytes()));
                    // Before the server has chosen, a client may send one in TLS 1.3 only (RFC 8446 5).
                    encrypted |= chosen != null && !chosen.isTls13();
                }
                case RecordReader.ALERT -> {
                    boolean plain = !encrypted && fragment.limit() == ALERT_BYTES;
                    add(
                            plain
                                    ? new Seen.Alert(
                                            side, at, whole.bytes(), fragment.get(0) == FATAL, fragment.get(1) & 0xFF)
                                    : new Seen.Encrypted(side, at, whole.bytes()));
                }
                case RecordReader.HANDSHAKE -> {
                    if (encrypted) {
                        add(new Seen.Encrypted(side, at, whole.bytes()));
                    } else {
                        messages(fragment, at);
                    }
                }
                default -> add(new Seen.Encrypted(side, at, whole.bytes()));
            }
        }

        private void messages(ByteBuffer fragment, Duration at) {
            ByteBuffer all = unfinished;
            all.put(fragment);
            all.flip();
            while (all.remaining() >= MESSAGE_HEADER_BYTES) {
                ByteBuffer header = all.slice();
                int type = Vectors.uint8(header);
                int length = Vectors.uint24(header);
                if (length > limits.messageMaxBytes()) {
                    end(
                            at,
                            all.remaining(),
                            "a handshake message claims " + length + " bytes, and " + limits.messageMaxBytes()
                                    + " are looked at");
                    return;
                }
                if (length > header.remaining()) {
                    break;
                }
                message(type, Vectors.part(header, length), at);
                all.position(all.position() + header.position());
            }
            keep(all);
        }

        /** Moves what is left to the front, unless it is there: a message may come in very many records. */
        private void keep(ByteBuffer all) {
            if (all.position() == 0) {
                all.position(all.limit()).limit(all.capacity());
            } else {
                all.compact();
            }
        }

        private void message(int type, ByteBuffer body, Duration at) {
            int size = MESSAGE_HEADER_BYTES + body.remaining();
            HandshakeMessage message = HandshakeMessageParser.parse(type, body, chosen);
            if (side == Side.SERVER && message instanceof HandshakeMessage.ServerChoice(var hello)) {
                chosen = hello;
            }
            add(new Seen.Message(side, at, size, message));
        }
    }
}
