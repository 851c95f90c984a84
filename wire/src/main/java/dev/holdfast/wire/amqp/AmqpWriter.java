package dev.holdfast.wire.amqp;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes AMQP values into one growing array. Made for the hot path: no object per value, and parts that never change are written
 * from arrays made once ({@link #symbolBytes}). Not safe for several threads.
 */
public final class AmqpWriter {
    private static final int COMPOUND_HEAD_BYTES = 9;

    private byte[] bytes;
    private int size;

    public AmqpWriter(int expectedBytes) {
        bytes = new byte[Math.max(64, expectedBytes)];
    }

    /** What was written, in an array of its own size. */
    public byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    /** The descriptor of a described type with a small code, as all sections of a message have. */
    public AmqpWriter descriptor(int code) {
        room(3);
        bytes[size++] = 0x00;
        bytes[size++] = 0x53;
        bytes[size++] = (byte) code;
        return this;
    }

    /** Begins a map; what is returned is given to {@link #end} with the number of keys and values written since. */
    public int beginMap() {
        return begin(0xD1);
    }

    /** As {@link #beginMap}, for a list. */
    public int beginList() {
        return begin(0xD0);
    }

    private int begin(int code) {
        room(COMPOUND_HEAD_BYTES);
        int mark = size;
        bytes[size] = (byte) code;
        size += COMPOUND_HEAD_BYTES;
        return mark;
    }

    public void end(int mark, int elements) {
        intAt(mark + 1, size - mark - 5);
        intAt(mark + 5, elements);
    }

    /** Bytes that are AMQP already. */
    public AmqpWriter encoded(byte[] encoded) {
        room(encoded.length);
        System.arraycopy(encoded, 0, bytes, size, encoded.length);
        size += encoded.length;
        return this;
    }

    /** A symbol in encoded form, for {@link #encoded}; at most 255 ASCII characters. */
    public static byte[] symbolBytes(String symbol) {
        return new AmqpWriter(symbol.length() + 2).symbol(symbol).toBytes();
    }

    public AmqpWriter symbol(String symbol) {
        return variable(0xA3, symbol.getBytes(StandardCharsets.US_ASCII));
    }

    public AmqpWriter string(@Nullable String text) {
        return text == null ? nothing() : variable(0xA1, text.getBytes(StandardCharsets.UTF_8));
    }

    public AmqpWriter binary(byte[] data) {
        return variable(0xA0, data);
    }

    private AmqpWriter variable(int shortCode, byte[] data) {
        room(5 + data.length);
        if (data.length <= 0xFF) {
            bytes[size++] = (byte) shortCode;
            bytes[size++] = (byte) data.length;
        } else {
            bytes[size++] = (byte) (shortCode + 0x10);
            intAt(size, data.length);
            size += 4;
        }
        System.arraycopy(data, 0, bytes, size, data.length);
        size += data.length;
        return this;
    }

    public AmqpWriter nothing() {
        return code(0x40);
    }

    public AmqpWriter bool(boolean value) {
        return code(value ? 0x41 : 0x42);
    }

    public AmqpWriter number(int value) {
        if (value >= -128 && value <= 127) {
            return code(0x54).octet(value);
        }
        code(0x71);
        room(4);
        intAt(size, value);
        size += 4;
        return this;
    }

    public AmqpWriter number(long value) {
        return value >= -128 && value <= 127
                ? code(0x55).octet((int) value)
                : code(0x81).eight(value);
    }

    public AmqpWriter unsigned(long value) {
        return code(0x80).eight(value);
    }

    /** @param milliseconds since 1970 */
    public AmqpWriter timestamp(long milliseconds) {
        return code(0x83).eight(milliseconds);
    }

    public AmqpWriter uuid(UUID value) {
        return code(0x98).eight(value.getMostSignificantBits()).eight(value.getLeastSignificantBits());
    }

    /** Any value that {@link AmqpReader} makes, with the same type again; maps get string keys. */
    public AmqpWriter value(@Nullable Object value) {
        return switch (value) {
            case null -> nothing();
            case String text -> string(text);
            case Integer number -> number(number.intValue());
            case Long number -> number(number.longValue());
            case Boolean bool -> bool(bool);
            case UnsignedLong number -> unsigned(number.longValue());
            case UUID uuid -> uuid(uuid);
            case byte[] data -> binary(data);
            case Instant time -> timestamp(time.toEpochMilli());
            case List<?> list -> {
                int mark = beginList();
                list.forEach(this::value);
                end(mark, list.size());
                yield this;
            }
            case Map<?, ?> map -> {
                int mark = beginMap();
                map.forEach((key, entry) -> value(key).value(entry));
                end(mark, 2 * map.size());
                yield this;
            }
            default -> throw new IllegalArgumentException("no AMQP type for " + value.getClass());
        };
    }

    private AmqpWriter code(int code) {
        return octet(code);
    }

    private AmqpWriter octet(int value) {
        room(1);
        bytes[size++] = (byte) value;
        return this;
    }

    private AmqpWriter eight(long value) {
        room(8);
        intAt(size, (int) (value >>> 32));
        intAt(size + 4, (int) value);
        size += 8;
        return this;
    }

    private void intAt(int at, int value) {
        bytes[at] = (byte) (value >>> 24);
        bytes[at + 1] = (byte) (value >>> 16);
        bytes[at + 2] = (byte) (value >>> 8);
        bytes[at + 3] = (byte) value;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }
}
