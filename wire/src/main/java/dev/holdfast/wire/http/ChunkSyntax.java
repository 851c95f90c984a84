package dev.holdfast.wire.http;

import io.netty.buffer.ByteBuf;

/**
 * Follows the bytes of a chunked body as the decoder takes them, and refuses what a stricter or a laxer parser in front could
 * read differently: chunk extensions, trailer fields, LF alone, blanks around a size.
 *
 * <p>RFC 9112 section 7.1 without extensions and trailers. Event loop only.
 */
final class ChunkSyntax {
    private static final int SIZE_MAX_DIGITS = 8;

    private enum At {
        SIZE,
        SIZE_END,
        DATA,
        DATA_CR,
        DATA_LF,
        LAST_CR,
        LAST_LF
    }

    private At at = At.SIZE;
    private int digits;
    private long left;

    /** Looks at {@code length} bytes that start at {@code index}. */
    void follow(ByteBuf in, int index, int length) throws RequestRefused {
        int end = index + length;
        int i = index;
        while (i < end) {
            if (at == At.DATA) {
                long passed = Math.min(left, end - i);
                left -= passed;
                i += (int) passed;
                if (left == 0) {
                    at = At.DATA_CR;
                }
            } else {
                step(in.getByte(i++));
            }
        }
    }

    private void step(byte b) throws RequestRefused {
        switch (at) {
            case SIZE -> stepSize(b);
            case SIZE_END -> {
                require(b == '\n');
                at = left == 0 ? At.LAST_CR : At.DATA;
                digits = 0;
            }
            case DATA_CR -> {
                require(b == '\r');
                at = At.DATA_LF;
            }
            case DATA_LF -> {
                require(b == '\n');
                at = At.SIZE;
            }
            case LAST_CR -> {
                require(b == '\r');
                at = At.LAST_LF;
            }
            case LAST_LF -> {
                require(b == '\n');
                at = At.SIZE;
            }
            case DATA -> throw new IllegalStateException("data is passed over, not stepped through");
        }
    }

    private void stepSize(byte b) throws RequestRefused {
        if (b == '\r') {
            require(digits > 0);
            at = At.SIZE_END;
            return;
        }
        // Only ASCII: Character.digit would take digits of other scripts, and a byte can't hold one of those.
        int digit = Character.digit(b, 16);
        require(digit >= 0 && digits < SIZE_MAX_DIGITS);
        left = digits == 0 ? digit : left * 16 + digit;
        digits++;
    }

    private static void require(boolean holds) throws RequestRefused {
        if (!holds) {
            throw new RequestRefused(RequestFault.MALFORMED_CHUNK);
        }
    }
}
