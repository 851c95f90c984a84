package dev.holdfast.tls.trace;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** The numbers and the parts with a length before them of which TLS messages are made (RFC 8446 3). */
final class Vectors {
    private Vectors() {}

    static int uint8(ByteBuffer in) {
        return in.get() & 0xFF;
    }

    static int uint16(ByteBuffer in) {
        return in.getShort() & 0xFFFF;
    }

    static int uint24(ByteBuffer in) {
        return uint8(in) << 16 | uint16(in);
    }

    static ByteBuffer vector8(ByteBuffer in) {
        return part(in, uint8(in));
    }

    static ByteBuffer vector16(ByteBuffer in) {
        return part(in, uint16(in));
    }

    static ByteBuffer vector24(ByteBuffer in) {
        return part(in, uint24(in));
    }

    static ByteBuffer part(ByteBuffer in, int length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer part = in.slice(in.position(), length);
        in.position(in.position() + length);
        return part;
    }
}
