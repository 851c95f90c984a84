package dev.holdfast.wire.websocket;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.websocket.FrameRefusal.CloseFrameMalformed;
import dev.holdfast.wire.websocket.FrameRefusal.ControlFrameFragmented;
import dev.holdfast.wire.websocket.FrameRefusal.ControlFrameTooLong;
import dev.holdfast.wire.websocket.FrameRefusal.FragmentOutOfOrder;
import dev.holdfast.wire.websocket.FrameRefusal.FrameLengthMalformed;
import dev.holdfast.wire.websocket.FrameRefusal.FrameNotMasked;
import dev.holdfast.wire.websocket.FrameRefusal.ReservedBitsSet;
import dev.holdfast.wire.websocket.FrameRefusal.TextFrame;
import dev.holdfast.wire.websocket.FrameRefusal.UnknownOpcode;
import dev.holdfast.wire.websocket.FrameRefusal.WebSocketFrameTooLarge;
import dev.holdfast.wire.websocket.FrameRefusal.WebSocketMessageTooLarge;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Takes the frames of a client off a stream that may be cut anywhere (RFC 6455 section 5). The payload of data frames is unmasked
 * and handed on as it comes, so that a frame costs no memory however long it says it is; a control frame is kept until it is
 * whole, at most 125 bytes. A head is judged byte by byte, as soon as it can be. Not for several threads.
 */
final class FrameReader {
    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int OPCODE = 0x0F;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int MASKED = 0x80;
    private static final int LENGTH_IN_2_BYTES = 126;
    private static final int LENGTH_IN_8_BYTES = 127;
    private static final int CONTROL_MAX_BYTES = 125;
    private static final int MASK_BYTES = 4;

    private enum At {
        FIRST_BYTE,
        LENGTH,
        LONG_LENGTH,
        MASK,
        PAYLOAD
    }

    private final Limits.WebSocket limits;
    private At at = At.FIRST_BYTE;
    private int opcode;
    private boolean last;
    private long length;
    private int lengthBytes;
    private int lengthLeft;
    private int mask;
    private int maskLeft;
    /** Bytes of the payload that are still to come. */
    private int left;
    /** Whether the next data frame continues a message. */
    private boolean insideMessage;

    private int messageBytes;
    private byte[] control = new byte[0];

    FrameReader(Limits.WebSocket limits) {
        this.limits = limits;
    }

    /**
     * Reads until a control frame is whole or nothing is left.
     *
     * @param data gets the payload of data frames
     * @return the control frame, behind which there may be more to read; null when all was read
     * @throws FrameRefused when a rule is broken; nothing may be read any more then
     */
    @Nullable
    Control next(ByteBuf in, ByteBuf data) throws FrameRefused {
        while (in.isReadable()) {
            if (at == At.PAYLOAD) {
                payload(in, data);
            } else {
                step(in.readUnsignedByte());
            }
            if (at == At.PAYLOAD && left == 0) {
                at = At.FIRST_BYTE;
                if (isControl()) {
                    return whole();
                }
                insideMessage = !last;
            }
        }
        return null;
    }

    private boolean isControl() {
        return opcode >= CLOSE;
    }

    private void step(int value) throws FrameRefused {
        switch (at) {
            case FIRST_BYTE -> firstByte(value);
            case LENGTH -> length(value);
            case LONG_LENGTH -> longLength(value);
            case MASK -> {
                mask = (mask << 8) | value;
                if (--maskLeft == 0) {
                    begin();
                }
            }
            case PAYLOAD -> throw new IllegalStateException("a byte of the payload is none of the head");
        }
    }

    private void firstByte(int value) throws FrameRefused {
        if ((value & RESERVED) != 0) {
            throw new FrameRefused(new ReservedBitsSet());
        }
        opcode = value & OPCODE;
        last = (value & FIN) != 0;
        switch (opcode) {
            case CONTINUATION -> {
                if (!insideMessage) {
                    throw new FrameRefused(new FragmentOutOfOrder("one continues a message that was not begun"));
                }
            }
            case BINARY -> {
                if (insideMessage) {
                    throw new FrameRefused(new FragmentOutOfOrder("a message begins inside another one"));
                }
                messageBytes = 0;
            }
            case TEXT -> throw new FrameRefused(new TextFrame());
            case CLOSE, PING, PONG -> {
                if (!last) {
                    throw new FrameRefused(new ControlFrameFragmented());
                }
            }
            default -> throw new FrameRefused(new UnknownOpcode(opcode));
        }
        at = At.LENGTH;
    }

    private void length(int value) throws FrameRefused {
        if ((value & MASKED) == 0) {
            throw new FrameRefused(new FrameNotMasked());
        }
        int told = value & ~MASKED;
        if (isControl() && told > CONTROL_MAX_BYTES) {
            throw new FrameRefused(new ControlFrameTooLong());
        }
        if (told < LENGTH_IN_2_BYTES) {
            length = told;
            judgeLength();
            return;
        }
        length = 0;
        lengthBytes = told == LENGTH_IN_8_BYTES ? Long.BYTES : Short.BYTES;
        lengthLeft = lengthBytes;
        at = At.LONG_LENGTH;
    }

    private void longLength(int value) throws FrameRefused {
        length = (length << 8) | value;
        if (--lengthLeft > 0) {
            return;
        }
        if (length < 0) {
            throw new FrameRefused(new FrameLengthMalformed("it is 2^63 or more"));
        }
        long least = lengthBytes == Long.BYTES ? 0x1_0000L : LENGTH_IN_2_BYTES;
        if (length < least) {
            throw new FrameRefused(
                    new FrameLengthMalformed(length + " is written in " + lengthBytes + " bytes, and needs fewer"));
        }
        judgeLength();
    }

    private void judgeLength() throws FrameRefused {
        if (!isControl()) {
            if (length > limits.frameMaxBytes()) {
                throw new FrameRefused(new WebSocketFrameTooLarge(length, limits.frameMaxBytes()));
            }
            if (length > limits.messageMaxBytes() - messageBytes) {
                throw new FrameRefused(new WebSocketMessageTooLarge(limits.messageMaxBytes()));
            }
            messageBytes += (int) length;
        }
        maskLeft = MASK_BYTES;
        at = At.MASK;
    }

    private void begin() {
        left = (int) length;
        if (isControl()) {
            control = new byte[left];
        }
        at = At.PAYLOAD;
    }

    private void payload(ByteBuf in, ByteBuf data) {
        int count = Math.min(left, in.readableBytes());
        if (isControl()) {
            int from = control.length - left;
            for (int i = 0; i < count; i++) {
                control[from + i] = (byte) (in.readByte() ^ nextMaskByte());
            }
        } else {
            unmask(in, data, count);
        }
        left -= count;
    }

    private void unmask(ByteBuf in, ByteBuf data, int count) {
        data.ensureWritable(count);
        int i = 0;
        // Four bytes leave the mask as it is.
        for (; i + Integer.BYTES <= count; i += Integer.BYTES) {
            data.writeInt(in.readInt() ^ mask);
        }
        for (; i < count; i++) {
            data.writeByte(in.readByte() ^ nextMaskByte());
        }
    }

    private int nextMaskByte() {
        mask = Integer.rotateLeft(mask, Byte.SIZE);
        return mask & 0xFF;
    }

    private Control whole() throws FrameRefused {
        byte[] payload = control;
        control = new byte[0];
        return switch (opcode) {
            case PING -> new Control.Ping(payload);
            case PONG -> new Control.Pong();
            default -> close(payload);
        };
    }

    private static Control close(byte[] payload) throws FrameRefused {
        if (payload.length == 0) {
            return new Control.Close(CloseCode.NONE);
        }
        if (payload.length == 1) {
            throw new FrameRefused(new CloseFrameMalformed("half a code"));
        }
        int code = ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
        if (!CloseCode.mayCome(code)) {
            throw new FrameRefused(new CloseFrameMalformed("the code " + code + ", which nobody may send"));
        }
        try {
            var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload, 2, payload.length - 2));
        } catch (CharacterCodingException notUtf8) {
            throw new FrameRefused(new CloseFrameMalformed("a reason that is not UTF-8"));
        }
        return new Control.Close(code);
    }
}
