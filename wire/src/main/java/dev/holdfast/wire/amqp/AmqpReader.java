package dev.holdfast.wire.amqp;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads AMQP values of a message into Java values: string and symbol as {@link String}, binary as {@code byte[]}, timestamp as
 * {@link Instant}, ulong as {@link UnsignedLong}, signed numbers as themselves, smaller unsigned ones as {@link Long}, list and
 * array as {@link List}, map as {@link Map}, described as {@link Described}.
 *
 * <p>Every length is held against what is left and nesting is bounded, so that hostile bytes cost no more than their own size.
 * Unlike the engine's decoder it keeps nothing of what it read.
 */
final class AmqpReader {
    /** @param descriptor mostly an {@link UnsignedLong} or a {@link String} */
    record Described(@Nullable Object descriptor, @Nullable Object value) {}

    /** The bytes are no AMQP; {@link #getMessage} names the fault and fits into a sentence. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String what) {
            super(what, null, false, false);
        }
    }

    private static final int MAX_DEPTH = FrameCheck.MAX_DEPTH;
    private static final int EMPTY_ELEMENTS_MAX = 64;

    private final ByteBuffer in;

    AmqpReader(byte[] bytes) {
        in = ByteBuffer.wrap(bytes);
    }

    boolean hasMore() {
        return in.hasRemaining();
    }

    @Nullable
    Object next() throws MalformedException {
        try {
            return value(0);
        } catch (BufferUnderflowException short_) {
            throw new MalformedException("a value is longer than what is there");
        }
    }

    private @Nullable Object value(int depth) throws MalformedException {
        if (depth > MAX_DEPTH) {
            throw new MalformedException("values are nested more than " + MAX_DEPTH + " deep");
        }
        int code = in.get() & 0xFF;
        if (code == 0x00) {
            Object descriptor = value(depth + 1);
            return new Described(descriptor, value(depth + 1));
        }
        return body(code, depth);
    }

    private @Nullable Object body(int code, int depth) throws MalformedException {
        return switch (code) {
            case 0x40 -> null;
            case 0x41 -> true;
            case 0x42 -> false;
            case 0x43 -> 0L;
            case 0x44 -> UnsignedLong.valueOf(0);
            case 0x45 -> List.of();
            case 0x50, 0x52 -> (long) (in.get() & 0xFF);
            case 0x51 -> in.get();
            case 0x53 -> UnsignedLong.valueOf(in.get() & 0xFFL);
            case 0x54 -> (int) in.get();
            case 0x55 -> (long) in.get();
            case 0x56 -> in.get() != 0;
            case 0x60 -> (long) (in.getShort() & 0xFFFF);
            case 0x61 -> in.getShort();
            case 0x70 -> in.getInt() & 0xFFFF_FFFFL;
            case 0x71 -> in.getInt();
            case 0x72 -> in.getFloat();
            case 0x73 -> (long) in.getInt();
            case 0x80 -> UnsignedLong.valueOf(in.getLong());
            case 0x81 -> in.getLong();
            case 0x82 -> in.getDouble();
            case 0x83 -> Instant.ofEpochMilli(in.getLong());
            case 0x98 -> new UUID(in.getLong(), in.getLong());
            case 0x74 -> data(4);
            case 0x84 -> data(8);
            case 0x94 -> data(16);
            case 0xA0 -> data(in.get() & 0xFF);
            case 0xB0 -> data(in.getInt());
            case 0xA1, 0xA3 -> new String(data(in.get() & 0xFF), StandardCharsets.UTF_8);
            case 0xB1, 0xB3 -> new String(data(in.getInt()), StandardCharsets.UTF_8);
            case 0xC0, 0xC1 -> compound(code, in.get() & 0xFF, 1, depth);
            case 0xD0, 0xD1 -> compound(code, in.getInt(), 4, depth);
            case 0xE0 -> array(in.get() & 0xFF, 1, depth);
            case 0xF0 -> array(in.getInt(), 4, depth);
            default -> throw new MalformedException("0x" + Integer.toHexString(code) + " is not a type of AMQP 1.0");
        };
    }

    private byte[] data(int length) throws MalformedException {
        if (length < 0 || length > in.remaining()) {
            throw new MalformedException("a value is longer than what is there");
        }
        byte[] data = new byte[length];
        in.get(data);
        return data;
    }

    private Object compound(int code, int length, int countBytes, int depth) throws MalformedException {
        if (length < countBytes || length > in.remaining()) {
            throw new MalformedException("a list or map is longer than what is there");
        }
        int end = in.position() + length;
        long count = countBytes == 1 ? in.get() & 0xFF : in.getInt() & 0xFFFF_FFFFL;
        if (count > end - in.position()) {
            throw new MalformedException("a list or map announces more elements than its bytes can hold");
        }
        List<@Nullable Object> elements = new ArrayList<>((int) Math.min(count, 64));
        for (long i = 0; i < count; i++) {
            elements.add(value(depth + 1));
        }
        if (in.position() != end) {
            throw new MalformedException("a list or map has another length than its elements");
        }
        return (code & 0x0F) == 0 ? elements : map(elements);
    }

    private static Map<Object, @Nullable Object> map(List<@Nullable Object> elements) throws MalformedException {
        if (elements.size() % 2 != 0) {
            throw new MalformedException("a map has a key without a value");
        }
        Map<Object, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < elements.size(); i += 2) {
            Object key = elements.get(i);
            if (key == null) {
                throw new MalformedException("a map has null as a key");
            }
            map.put(key, elements.get(i + 1));
        }
        return map;
    }

    private List<@Nullable Object> array(int length, int countBytes, int depth) throws MalformedException {
        if (length <= countBytes || length > in.remaining()) {
            throw new MalformedException("an array is longer than what is there");
        }
        int end = in.position() + length;
        long count = countBytes == 1 ? in.get() & 0xFF : in.getInt() & 0xFFFF_FFFFL;
        int code = in.get() & 0xFF;
        if (count > Math.max(EMPTY_ELEMENTS_MAX, end - in.position())) {
            throw new MalformedException("an array announces more elements than its bytes can hold");
        }
        List<@Nullable Object> elements = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            if (depth + 1 > MAX_DEPTH) {
                throw new MalformedException("values are nested more than " + MAX_DEPTH + " deep");
            }
            elements.add(body(code, depth + 1));
        }
        if (in.position() != end) {
            throw new MalformedException("an array has another length than its elements");
        }
        return elements;
    }
}
