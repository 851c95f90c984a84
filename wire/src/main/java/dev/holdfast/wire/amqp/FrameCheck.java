package dev.holdfast.wire.amqp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * Looks through a frame before the engine decodes it, without building anything.
 *
 * <p>The engine's decoder recurses without a bound, reads counts before it compares them with what is there, and keeps every
 * symbol of up to 64 characters and every unknown descriptor for ever, in maps that all connections share. So: nesting is
 * bounded, every length and count must fit in the frame, and symbols and descriptors that nobody here reads are overwritten in
 * place, with the same length, by one that means nothing. Unknown properties, capabilities and filters are ignored by the
 * specification anyway.
 */
final class FrameCheck {
    /** Deeper than any performative nests: transfer, state, error, info map, one value of it. */
    static final int MAX_DEPTH = 16;

    /** Stands for all numeric descriptors that nobody reads. */
    static final long UNREAD_DESCRIPTOR = 0x0000_FFFF_FFFF_FFFFL;

    /** {@code apache.org:selector-filter:string} as Azure clients number it. */
    static final long SELECTOR_DESCRIPTOR = 0x0000_468C_0000_0004L;

    static final byte UNREAD_CHARACTER = '?';
    static final int SYMBOL_MAX_CHARS = 255;

    /** Arrays of values without bytes (null, true, empty list): no more than this, since only the count would bound them. */
    private static final int EMPTY_ELEMENTS_MAX = 64;

    /** Says what is wrong; a value, not a bug, so it has no stack. */
    static final class Malformed extends Exception {
        private final String what;

        Malformed(String what) {
            super(what, null, false, false);
            this.what = what;
        }

        String what() {
            return what;
        }
    }

    private final Set<String> descriptors;
    private final Set<String> read;
    private byte[] bytes = {};

    /**
     * @param descriptors the symbols that stay where they describe a type
     * @param read the symbols that stay elsewhere
     */
    FrameCheck(Set<String> descriptors, Set<String> read) {
        this.descriptors = Set.copyOf(descriptors);
        this.read = Set.copyOf(read);
    }

    /**
     * Checks the performative at {@code from} and overwrites what nobody reads.
     *
     * @return its descriptor code
     * @throws Malformed when it is not one, or bytes are left over behind one that has no payload
     */
    int check(byte[] frame, int from) throws Malformed {
        bytes = frame;
        try {
            if (frame[from] != 0x00) {
                throw new Malformed("its body does not begin with a described type");
            }
            int code = performativeCode(from + 1);
            int value = descriptor(from + 1, frame.length);
            int kind = value < frame.length ? frame[value] & 0xFF : -1;
            if (kind != 0x45 && kind != 0xC0 && kind != 0xD0) {
                throw new Malformed("a performative is not a list");
            }
            int end = value(value, frame.length, 1);
            if (end != frame.length && code != Performatives.TRANSFER) {
                throw new Malformed("bytes are left over behind its performative");
            }
            return code;
        } finally {
            bytes = new byte[0];
        }
    }

    private int performativeCode(int at) throws Malformed {
        need(at, 1, bytes.length);
        int kind = bytes[at] & 0xFF;
        if (kind == 0x53) {
            need(at + 1, 1, bytes.length);
            return bytes[at + 1] & 0xFF;
        }
        if (kind == 0x80) {
            need(at + 1, 8, bytes.length);
            long code = number(at + 1, 8);
            return code >= 0 && code <= 0xFF ? (int) code : -1;
        }
        if (kind == 0xA3) {
            need(at + 1, 1, bytes.length);
            int length = bytes[at + 1] & 0xFF;
            need(at + 2, length, bytes.length);
            return Performatives.codeOf(text(at + 2, length));
        }
        throw new Malformed("the descriptor of its performative is neither a number nor a symbol");
    }

    /** @return where the next value begins */
    private int value(int at, int end, int depth) throws Malformed {
        if (depth > MAX_DEPTH) {
            throw new Malformed("values are nested more than " + MAX_DEPTH + " deep");
        }
        need(at, 1, end);
        if (bytes[at] == 0x00) {
            return value(descriptor(at + 1, end), end, depth + 1);
        }
        return body(bytes[at] & 0xFF, at + 1, end, depth);
    }

    /** @return where the described value begins */
    private int descriptor(int at, int end) throws Malformed {
        need(at, 1, end);
        int kind = bytes[at] & 0xFF;
        if (kind == 0x80) {
            need(at + 1, 8, end);
            long code = number(at + 1, 8);
            if ((code < 0 || code > 0xFF) && code != SELECTOR_DESCRIPTOR) {
                for (int i = 0; i < 8; i++) {
                    bytes[at + 1 + i] = (byte) (UNREAD_DESCRIPTOR >>> (56 - 8 * i));
                }
            }
        } else if (kind == 0xA3 || kind == 0xB3) {
            return symbol(at + 1, kind == 0xA3 ? 1 : 4, end, descriptors);
        } else if (kind != 0x44 && kind != 0x53) {
            throw new Malformed("a descriptor is neither a number nor a symbol");
        }
        return body(kind, at + 1, end, MAX_DEPTH);
    }

    /** What follows a constructor. */
    private int body(int code, int at, int end, int depth) throws Malformed {
        int width = width(code);
        if (width >= 0) {
            need(at, width, end);
            return at + width;
        }
        int sizeBytes = (code & 0x10) == 0 ? 1 : 4;
        return switch (code) {
            case 0xA0, 0xB0, 0xA1, 0xB1 -> variable(at, sizeBytes, end);
            case 0xA3, 0xB3 -> symbol(at, sizeBytes, end, read);
            case 0xC0, 0xD0, 0xC1, 0xD1 -> compound(code, at, sizeBytes, end, depth);
            case 0xE0, 0xF0 -> array(at, sizeBytes, end, depth);
            default -> throw new Malformed("0x" + Integer.toHexString(code) + " is not a type of AMQP 1.0");
        };
    }

    /** The width of a type that always has the same, or -1. */
    private static int width(int code) {
        return switch (code) {
            case 0x40, 0x41, 0x42, 0x43, 0x44, 0x45 -> 0;
            case 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56 -> 1;
            case 0x60, 0x61 -> 2;
            case 0x70, 0x71, 0x72, 0x73, 0x74 -> 4;
            case 0x80, 0x81, 0x82, 0x83, 0x84 -> 8;
            case 0x94, 0x98 -> 16;
            default -> -1;
        };
    }

    private int variable(int at, int sizeBytes, int end) throws Malformed {
        need(at, sizeBytes, end);
        long length = number(at, sizeBytes);
        need(at + sizeBytes, length, end);
        return at + sizeBytes + (int) length;
    }

    private int symbol(int at, int sizeBytes, int end, Set<String> kept) throws Malformed {
        int next = variable(at, sizeBytes, end);
        int from = at + sizeBytes;
        if (next - from > SYMBOL_MAX_CHARS) {
            throw new Malformed("a symbol has more than " + SYMBOL_MAX_CHARS + " characters");
        }
        if (!kept.contains(text(from, next - from))) {
            Arrays.fill(bytes, from, next, UNREAD_CHARACTER);
        }
        return next;
    }

    private int compound(int code, int at, int sizeBytes, int end, int depth) throws Malformed {
        int stop = variable(at, sizeBytes, end);
        need(at + sizeBytes, sizeBytes, stop);
        long count = number(at + sizeBytes, sizeBytes);
        boolean map = (code & 0x0F) == 1;
        if (map && count % 2 != 0) {
            throw new Malformed("a map has a key without a value");
        }
        int position = at + 2 * sizeBytes;
        if (count > stop - position) {
            throw new Malformed("a list or map announces more elements than its bytes can hold");
        }
        for (long i = 0; i < count; i++) {
            position = value(position, stop, depth + 1);
        }
        if (position != stop) {
            throw new Malformed("a list or map is longer than its elements");
        }
        return stop;
    }

    private int array(int at, int sizeBytes, int end, int depth) throws Malformed {
        int stop = variable(at, sizeBytes, end);
        need(at + sizeBytes, sizeBytes + 1, stop);
        long count = number(at + sizeBytes, sizeBytes);
        int position = at + 2 * sizeBytes;
        if (bytes[position] == 0x00) {
            position = descriptor(position + 1, stop);
            need(position, 1, stop);
        }
        int code = bytes[position++] & 0xFF;
        int width = width(code);
        long countMax = width == 0 ? EMPTY_ELEMENTS_MAX : stop - position;
        if (count > countMax) {
            throw new Malformed("an array announces more elements than its bytes can hold");
        }
        if (depth == MAX_DEPTH) {
            throw new Malformed("values are nested more than " + MAX_DEPTH + " deep");
        }
        for (long i = 0; i < count; i++) {
            position = body(code, position, stop, depth + 1);
        }
        if (position != stop) {
            throw new Malformed("an array is longer than its elements");
        }
        return stop;
    }

    private void need(int at, long length, int end) throws Malformed {
        if (length > end - at) {
            throw new Malformed("a value is longer than what surrounds it");
        }
    }

    private long number(int at, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = (value << 8) | (bytes[at + i] & 0xFF);
        }
        return value;
    }

    private String text(int from, int length) {
        return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }
}
