package dev.holdfast.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** MQTT 3.1.1 packets that a bench sends. */
final class MqttOutput {
    static final int CONNACK = 0x20;
    static final int PUBLISH = 0x30;
    static final int PUBACK = 0x40;
    static final int SUBACK = 0x90;
    private static final int PUBLISH_QOS_1 = 0x32;

    /** Longer than the pause between two of any bench's packets, shorter than what any server cuts to. */
    private static final int KEEP_ALIVE_SECONDS = 1200;

    private MqttOutput() {}

    static ByteBuf connect(Login login, ByteBufAllocator allocator) {
        String user = login.user();
        String password = login.password();
        ByteBuf body = allocator.heapBuffer();
        text(body, "MQTT");
        body.writeByte(4);
        int cleanSession = 0x02;
        body.writeByte(cleanSession | (user == null ? 0 : 0x80) | (password == null ? 0 : 0x40));
        body.writeShort(KEEP_ALIVE_SECONDS);
        text(body, login.clientId());
        textIfAny(body, user);
        textIfAny(body, password);
        return packet(0x10, body, allocator);
    }

    static ByteBuf subscribe(String filter, int qos, ByteBufAllocator allocator) {
        ByteBuf body = allocator.heapBuffer().writeShort(1);
        text(body, filter);
        body.writeByte(qos);
        return packet(0x82, body, allocator);
    }

    static ByteBuf ping(ByteBufAllocator allocator) {
        return allocator.heapBuffer(2).writeShort(0xC000);
    }

    static ByteBuf disconnect(ByteBufAllocator allocator) {
        return allocator.heapBuffer(2).writeShort(0xE000);
    }

    static void pubAck(ByteBuf out, int packetId) {
        out.writeShort(0x4002).writeShort(packetId);
    }

    /**
     * A PUBLISH of QoS 1 as bytes, to be copied for each message.
     *
     * @param bytes with packet id 0 and an empty payload
     * @param packetIdAt where the packet id belongs
     * @param payloadAt where the payload begins
     */
    record Template(byte[] bytes, int packetIdAt, int payloadAt) {}

    static Template publish(String topic, int payloadBytes) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        int remaining = 2 + name.length + 2 + payloadBytes;
        ByteBuf packet = Unpooled.buffer(remaining + 5);
        packet.writeByte(PUBLISH_QOS_1);
        length(packet, remaining);
        packet.writeShort(name.length).writeBytes(name);
        int packetIdAt = packet.writerIndex();
        packet.writeZero(2 + payloadBytes);
        byte[] bytes = new byte[packet.readableBytes()];
        packet.readBytes(bytes);
        return new Template(bytes, packetIdAt, packetIdAt + 2);
    }

    /** A PUBLISH of QoS 0. */
    static ByteBuf publish(String topic, byte[] payload, ByteBufAllocator allocator) {
        ByteBuf body = allocator.heapBuffer(topic.length() + payload.length + 2);
        text(body, topic);
        return packet(PUBLISH, body.writeBytes(payload), allocator);
    }

    private static ByteBuf packet(int firstByte, ByteBuf body, ByteBufAllocator allocator) {
        try {
            ByteBuf packet = allocator.heapBuffer(body.readableBytes() + 5).writeByte(firstByte);
            length(packet, body.readableBytes());
            return packet.writeBytes(body);
        } finally {
            body.release();
        }
    }

    private static void length(ByteBuf out, int length) {
        int left = length;
        while (left > 0x7F) {
            out.writeByte((left & 0x7F) | 0x80);
            left >>>= 7;
        }
        out.writeByte(left);
    }

    private static void textIfAny(ByteBuf out, @Nullable String text) {
        if (text != null) {
            text(out, text);
        }
    }

    private static void text(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length).writeBytes(bytes);
    }
}
