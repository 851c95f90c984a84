package dev.holdfast.hub.device.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** An MQTT client that sends what a test says and nothing else. */
final class RawClient implements AutoCloseable {
    static final int CLEAN = 0x02;

    private final Socket socket;
    private final DataInputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    void connect(String clientId, @Nullable String userName, @Nullable String password) throws IOException {
        connect(clientId, userName, password, CLEAN, null);
    }

    /** @param flags {@link #CLEAN} or 0, and Will flags when there is a Will topic */
    void connect(
            String clientId,
            @Nullable String userName,
            @Nullable String password,
            int flags,
            @Nullable String willTopic)
            throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        text(body, "MQTT");
        body.write(4);
        body.write(
                flags | (userName == null ? 0 : 0x80) | (password == null ? 0 : 0x40) | (willTopic == null ? 0 : 0x04));
        body.write(0);
        body.write(60);
        text(body, clientId);
        if (willTopic != null) {
            text(body, willTopic);
            text(body, "last words");
        }
        if (userName != null) {
            text(body, userName);
        }
        if (password != null) {
            text(body, password);
        }
        packet(0x10, body.toByteArray());
    }

    void publish(int firstByte, int packetId, String topic, byte[] payload) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        text(body, topic);
        if ((firstByte & 0x06) != 0) {
            body.write(packetId >> 8);
            body.write(packetId);
        }
        body.writeBytes(payload);
        packet(firstByte, body.toByteArray());
    }

    void subscribe(int packetId, int qos, String... filters) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(packetId >> 8);
        body.write(packetId);
        for (String filter : filters) {
            text(body, filter);
            body.write(qos);
        }
        packet(0x82, body.toByteArray());
    }

    void unsubscribe(int packetId, String... filters) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(packetId >> 8);
        body.write(packetId);
        for (String filter : filters) {
            text(body, filter);
        }
        packet(0xA2, body.toByteArray());
    }

    void disconnect() throws IOException {
        packet(0xE0, new byte[0]);
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(bytes.length >> 8);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    private void packet(int firstByte, byte[] body) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(all);
        out.write(firstByte);
        int rest = body.length;
        do {
            int next = rest & 0x7F;
            rest >>>= 7;
            out.write(rest == 0 ? next : next | 0x80);
        } while (rest != 0);
        out.write(body);
        socket.getOutputStream().write(all.toByteArray());
    }

    /** The return code of the CONNACK that comes next; -1 when the connection is closed instead. */
    int connack() throws IOException {
        byte[] body = next(0x20);
        return body == null ? -1 : body[1];
    }

    /** Whether the CONNACK that comes next accepts and says that a session was kept. */
    boolean sessionPresent() throws IOException {
        byte[] body = next(0x20);
        if (body == null || body[1] != 0) {
            throw new AssertionError("not accepted");
        }
        return body[0] == 1;
    }

    /** The packet id of the PUBACK that comes next; -1 when the connection is closed instead. */
    int puback() throws IOException {
        byte[] body = next(0x40);
        return body == null ? -1 : (body[0] & 0xFF) << 8 | (body[1] & 0xFF);
    }

    /** The codes of the SUBACK that comes next. */
    int[] suback() throws IOException {
        byte[] body = next(0x90);
        if (body == null) {
            throw new AssertionError("closed");
        }
        int[] codes = new int[body.length - 2];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = body[i + 2] & 0xFF;
        }
        return codes;
    }

    void unsuback() throws IOException {
        if (next(0xB0) == null) {
            throw new AssertionError("closed");
        }
    }

    /** Asks for a PINGRESP; it must be what comes next. */
    void ping() throws IOException {
        packet(0xC0, new byte[0]);
        if (next(0xD0) == null) {
            throw new AssertionError("closed");
        }
    }

    /** A message that the server sent. */
    record Received(String topic, int qos, int packetId, String body) {}

    /** The PUBLISH that comes next. */
    Received message() throws IOException {
        int first = in.readUnsignedByte();
        if ((first & 0xF0) != 0x30) {
            throw new AssertionError("expected a PUBLISH, and 0x" + Integer.toHexString(first) + " came");
        }
        byte[] packet = in.readNBytes(length());
        int topic = (packet[0] & 0xFF) << 8 | (packet[1] & 0xFF);
        int qos = first >> 1 & 3;
        int at = 2 + topic;
        int id = qos == 0 ? 0 : (packet[at] & 0xFF) << 8 | (packet[at + 1] & 0xFF);
        int body = qos == 0 ? at : at + 2;
        return new Received(
                new String(packet, 2, topic, StandardCharsets.UTF_8),
                qos,
                id,
                new String(packet, body, packet.length - body, StandardCharsets.UTF_8));
    }

    private int length() throws IOException {
        int length = 0;
        int shift = 0;
        int each;
        do {
            each = in.readUnsignedByte();
            length |= (each & 0x7F) << shift;
            shift += 7;
        } while (each >= 0x80);
        return length;
    }

    void acknowledge(int packetId) throws IOException {
        packet(0x40, new byte[] {(byte) (packetId >> 8), (byte) packetId});
    }

    /** Whether nothing has come. */
    boolean isQuiet() throws IOException {
        return in.available() == 0;
    }

    /** Whether the server closes, having sent nothing more. */
    boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    private byte @Nullable [] next(int type) throws IOException {
        try {
            int first = in.readUnsignedByte();
            byte[] body = new byte[in.readUnsignedByte()];
            in.readFully(body);
            if (first != type) {
                throw new AssertionError(
                        "expected 0x" + Integer.toHexString(type) + ", and 0x" + Integer.toHexString(first) + " came");
            }
            return body;
        } catch (EOFException | SocketException closed) {
            return null;
        }
    }

    /** Goes without a word. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
