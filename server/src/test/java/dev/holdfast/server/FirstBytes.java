package dev.holdfast.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** First packets of the three protocols, for tests that send them whole, in part or slowly. */
final class FirstBytes {
    private FirstBytes() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A CONNECT with a clean session. */
    static byte[] connect(String clientId, String userName, String password) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        text(body, "MQTT");
        body.writeBytes(new byte[] {4, (byte) 0xC2, 0, 60});
        text(body, clientId);
        text(body, userName);
        text(body, password);
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(0x10);
        int rest = body.size();
        do {
            packet.write(rest > 0x7F ? (rest & 0x7F) | 0x80 : rest);
            rest >>>= 7;
        } while (rest != 0);
        packet.writeBytes(body.toByteArray());
        return packet.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(bytes.length >> 8);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    static byte[] amqpHeader() {
        return new byte[] {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    }

    /** The header, and the size that a frame begins with. */
    static byte[] amqpHeaderAndSize(int size) {
        return ByteBuffer.allocate(16)
                .put(amqpHeader())
                .putInt(size)
                .put(new byte[] {2, 0, 0, 0})
                .array();
    }
}
