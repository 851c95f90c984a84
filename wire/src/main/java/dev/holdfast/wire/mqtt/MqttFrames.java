package dev.holdfast.wire.mqtt;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.mqtt.MqttFault.MalformedPacket;
import dev.holdfast.wire.mqtt.MqttFault.NotMqtt;
import dev.holdfast.wire.mqtt.MqttFault.PacketTooLarge;
import dev.holdfast.wire.mqtt.MqttFault.Qos2NotSupported;
import dev.holdfast.wire.mqtt.MqttFault.UnexpectedPacket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the byte stream into whole, checked packets, one at a time and only while the gate is open, so that what a
 * client pipelined waits as bytes and not as objects. A packet that is too large, of a wrong type or not expected now
 * is refused by its header, before its body is kept.
 *
 * <p>Holds at most one packet and what one read of the socket brought.
 */
final class MqttFrames extends ByteToMessageDecoder {
    private static final int MAX_LENGTH_BYTES = 4;

    /** What the endpoint says about the next packet. Called on the event loop. */
    interface Gate {
        /** Whether a packet may be handled now. */
        boolean isOpen();

        /** Whether nothing will ever be handled again, so that bytes are thrown away. */
        boolean isShut();
    }

    private final Gate gate;
    private final Limits.Mqtt limits;
    private boolean connected;
    private boolean broken;
    private long lastReadNanos;
    private @Nullable ChannelHandlerContext context;

    MqttFrames(Gate gate, Limits.Mqtt limits) {
        this.gate = gate;
        this.limits = limits;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        touch(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object input) throws Exception {
        touch(ctx);
        super.channelRead(ctx, input);
    }

    /** When bytes last came, on the event loop's clock. */
    long lastReadNanos() {
        return lastReadNanos;
    }

    /**
     * Goes on with the bytes that waited for the gate. Called on the event loop when it opened, never from within a
     * read.
     */
    void resume() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || ctx.isRemoved()) {
            return;
        }
        touch(ctx);
        if (actualReadableBytes() == 0) {
            return;
        }
        try {
            super.channelRead(ctx, Unpooled.EMPTY_BUFFER);
        } catch (Exception fault) {
            ctx.fireExceptionCaught(fault);
        }
        ctx.fireChannelReadComplete();
    }

    private void touch(ChannelHandlerContext ctx) {
        lastReadNanos = ctx.executor().ticker().nanoTime();
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (broken || gate.isShut()) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (!gate.isOpen()) {
            return;
        }
        try {
            ByteBuf frame = nextFrame(in);
            if (frame != null) {
                out.add(frame);
            }
        } catch (MqttFaultException fault) {
            broken = true;
            throw fault;
        }
    }

    private @Nullable ByteBuf nextFrame(ByteBuf in) {
        int start = in.readerIndex();
        PacketType type = judgeFirstByte(in.getUnsignedByte(start));
        int lengthBytes = lengthBytes(in, start + 1, type);
        if (lengthBytes == 0) {
            return null;
        }
        int remaining = remainingLength(in, start + 1, lengthBytes);
        int maxBytes = type == PacketType.PUBLISH ? limits.packetMaxBytes() : limits.connectMaxBytes();
        if (remaining > maxBytes) {
            throw new MqttFaultException(new PacketTooLarge(type.name(), remaining, maxBytes));
        }
        int total = 1 + lengthBytes + remaining;
        if (in.readableBytes() < total) {
            return null;
        }
        FrameCheck.check(in.slice(start, total), type, 1 + lengthBytes);
        connected = true;
        return in.readRetainedSlice(total);
    }

    private PacketType judgeFirstByte(int firstByte) {
        PacketType type = PacketType.of(firstByte);
        if (!connected && (type != PacketType.CONNECT || !type.allowsFlags(firstByte))) {
            throw new MqttFaultException(new NotMqtt(firstByte));
        }
        if (type == null) {
            throw new MqttFaultException(new MalformedPacket("reserved", "its type does not exist in MQTT 3.1.1"));
        }
        if (connected && type == PacketType.CONNECT) {
            throw new MqttFaultException(new UnexpectedPacket("CONNECT", "a connection has one CONNECT"));
        }
        if (!type.isFromClient()) {
            throw new MqttFaultException(new UnexpectedPacket(type.name(), "only a server sends it"));
        }
        if (!type.allowsFlags(firstByte)) {
            throw new MqttFaultException(new MalformedPacket(type.name(), "its reserved flags are wrong"));
        }
        if (type.isQos2()) {
            throw new MqttFaultException(new Qos2NotSupported(type.name()));
        }
        return type;
    }

    /** How many bytes the remaining length takes; 0 when not all of them are there yet. */
    private static int lengthBytes(ByteBuf in, int at, PacketType type) {
        for (int i = 0; i < MAX_LENGTH_BYTES; i++) {
            if (at + i >= in.writerIndex()) {
                return 0;
            }
            if (in.getByte(at + i) >= 0) {
                return i + 1;
            }
        }
        throw new MqttFaultException(new MalformedPacket(type.name(), "its remaining length has more than four bytes"));
    }

    private static int remainingLength(ByteBuf in, int at, int lengthBytes) {
        int length = 0;
        for (int i = 0; i < lengthBytes; i++) {
            length |= (in.getByte(at + i) & 0x7F) << (7 * i);
        }
        return length;
    }
}
