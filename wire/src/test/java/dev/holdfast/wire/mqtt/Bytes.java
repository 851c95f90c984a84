package dev.holdfast.wire.mqtt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** MQTT packets written by hand from the specification, so that the codec is not tested with itself. */
final class Bytes {
    static final byte[] PINGREQ = {(byte) 0xC0, 0};
    static final byte[] DISCONNECT = {(byte) 0xE0, 0};
    static final byte[] PINGRESP = {(byte) 0xD0, 0};

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Bytes u8(int value) {
        out.write(value);
        return this;
    }

    Bytes u16(int value) {
        return u8(value >> 8).u8(value);
    }

    Bytes raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Bytes text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return u16(bytes.length).raw(bytes);
    }

    byte[] toArray() {
        return out.toByteArray();
    }

    /** A packet: first byte, remaining length, body. */
    static byte[] packet(int firstByte, byte[] body) {
        return new Bytes().u8(firstByte).raw(length(body.length)).raw(body).toArray();
    }

    static byte[] length(int length) {
        Bytes bytes = new Bytes();
        int rest = length;
        do {
            int next = rest & 0x7F;
            rest >>>= 7;
            bytes.u8(rest == 0 ? next : next | 0x80);
        } while (rest != 0);
        return bytes.toArray();
    }

    static byte[] connect(String clientId, String userName, int keepAliveSeconds) {
        return packet(
                0x10,
                connectBody("MQTT", 4, 0x80, keepAliveSeconds)
                        .text(clientId)
                        .text(userName)
                        .toArray());
    }

    static Bytes connectBody(String protocol, int level, int flags, int keepAliveSeconds) {
        return new Bytes().text(protocol).u8(level).u8(flags).u16(keepAliveSeconds);
    }

    static byte[] publish(int qos, int packetId, String topic, byte[] payload) {
        Bytes body = new Bytes().text(topic);
        if (qos > 0) {
            body.u16(packetId);
        }
        return packet(0x30 | qos << 1, body.raw(payload).toArray());
    }

    static byte[] puback(int packetId) {
        return packet(0x40, new Bytes().u16(packetId).toArray());
    }

    static byte[] subscribe(int packetId, Map<String, Integer> filters) {
        Bytes body = new Bytes().u16(packetId);
        filters.forEach((filter, qos) -> body.text(filter).u8(qos));
        return packet(0x82, body.toArray());
    }

    static byte[] suback(int packetId, int... codes) {
        Bytes body = new Bytes().u16(packetId);
        for (int code : codes) {
            body.u8(code);
        }
        return packet(0x90, body.toArray());
    }

    static byte[] unsubscribe(int packetId, List<String> filters) {
        Bytes body = new Bytes().u16(packetId);
        filters.forEach(body::text);
        return packet(0xA2, body.toArray());
    }

    static byte[] connack(boolean sessionPresent, int code) {
        return new byte[] {0x20, 2, (byte) (sessionPresent ? 1 : 0), (byte) code};
    }

    static byte[] join(byte[]... packets) {
        Bytes all = new Bytes();
        for (byte[] packet : packets) {
            all.raw(packet);
        }
        return all.toArray();
    }
}
