package dev.holdfast.wire.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The frames of a server: whole messages, without a mask (RFC 6455 section 5.2). */
final class Frames {
    private static final int FIN_BINARY = 0x82;
    private static final int FIN_CLOSE = 0x88;
    private static final int FIN_PONG = 0x8A;
    private static final int SHORT_MAX_BYTES = 125;
    private static final int LENGTH_IN_2_BYTES = 126;
    private static final int LENGTH_IN_8_BYTES = 127;
    private static final int REASON_MAX_BYTES = SHORT_MAX_BYTES - 2;

    private Frames() {}

    /** @param payload passes into the frame, with its reference */
    static ByteBuf binary(ByteBuf payload) {
        int length = payload.readableBytes();
        ByteBuf head = Unpooled.buffer(10).writeByte(FIN_BINARY);
        if (length <= SHORT_MAX_BYTES) {
            head.writeByte(length);
        } else if (length <= 0xFFFF) {
            head.writeByte(LENGTH_IN_2_BYTES).writeShort(length);
        } else {
            head.writeByte(LENGTH_IN_8_BYTES).writeLong(length);
        }
        return Unpooled.wrappedBuffer(head, payload);
    }

    /** @param payload of the Ping */
    static ByteBuf pong(byte[] payload) {
        return control(FIN_PONG).writeByte(payload.length).writeBytes(payload);
    }

    /** @param reason ASCII; what is too long is cut off */
    static ByteBuf close(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.US_ASCII);
        byte[] cut = Arrays.copyOf(text, Math.min(text.length, REASON_MAX_BYTES));
        return control(FIN_CLOSE).writeByte(2 + cut.length).writeShort(code).writeBytes(cut);
    }

    private static ByteBuf control(int firstByte) {
        return Unpooled.buffer(2 + SHORT_MAX_BYTES).writeByte(firstByte);
    }
}
