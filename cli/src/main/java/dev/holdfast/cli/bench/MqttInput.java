package dev.holdfast.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.DecoderException;
import org.jspecify.annotations.Nullable;

/** Cuts bytes into MQTT packets without making an object of each: a load client must cost less than the server. */
final class MqttInput {
    private static final int MAX_PACKET_BYTES = 1024 * 1024;
    private static final int INCOMPLETE = -1;

    /** Takes one packet; the reader index of {@code in} is at its body. */
    interface Sink {
        void packet(int firstByte, ByteBuf in, int length);
    }

    private @Nullable ByteBuf rest;
    private int bodyAt;

    /** Takes over {@code in} and gives out the packets that are whole. */
    void feed(ByteBuf in, ByteBufAllocator allocator, Sink sink) {
        ByteBuf all = join(in, allocator);
        try {
            int length = nextLength(all);
            while (length != INCOMPLETE) {
                int firstByte = all.getUnsignedByte(all.readerIndex());
                int end = bodyAt + length;
                all.readerIndex(bodyAt);
                sink.packet(firstByte, all, length);
                all.readerIndex(end);
                length = nextLength(all);
            }
            if (all.isReadable()) {
                rest = allocator.heapBuffer(all.readableBytes() + 64).writeBytes(all);
            }
        } finally {
            all.release();
        }
    }

    private ByteBuf join(ByteBuf in, ByteBufAllocator allocator) {
        ByteBuf before = rest;
        if (before == null) {
            return in;
        }
        rest = null;
        try {
            return allocator
                    .heapBuffer(before.readableBytes() + in.readableBytes())
                    .writeBytes(before)
                    .writeBytes(in);
        } finally {
            before.release();
            in.release();
        }
    }

    /** The length of the next packet's body, whose place is left in {@link #bodyAt}. */
    private int nextLength(ByteBuf in) {
        int length = 0;
        for (int i = 0; i < 4; i++) {
            int at = in.readerIndex() + 1 + i;
            if (at >= in.writerIndex()) {
                return INCOMPLETE;
            }
            int part = in.getByte(at);
            length |= (part & 0x7F) << (7 * i);
            if (part >= 0) {
                bodyAt = at + 1;
                if (length > MAX_PACKET_BYTES) {
                    throw new DecoderException("the server sent a packet of " + length + " bytes");
                }
                return in.writerIndex() - bodyAt < length ? INCOMPLETE : length;
            }
        }
        throw new DecoderException("the server sent something that is not MQTT");
    }

    void release() {
        ByteBuf left = rest;
        rest = null;
        if (left != null) {
            left.release();
        }
    }
}
