package dev.holdfast.server;

import dev.holdfast.wire.client.ClientTls;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A device that publishes over MQTT without waiting, and keeps what was acknowledged. */
final class TestDevice implements AutoCloseable {
    private static final int WAIT_MILLIS = 30_000;

    private final SSLSocket socket;
    private final String id;
    private final DataOutputStream out;
    private final Map<Integer, String> open = new LinkedHashMap<>();
    private final List<String> acknowledged = new ArrayList<>();
    private boolean ended;
    private int packetId;

    private TestDevice(SSLSocket socket, String id) throws IOException {
        this.socket = socket;
        this.id = id;
        this.out = new DataOutputStream(socket.getOutputStream());
    }

    /** @param will body of a Will, or null for none */
    static TestDevice connect(Ready ready, String connectionString, @Nullable String will) throws IOException {
        String id = connectionString.replaceAll(".*DeviceId=([^;]*).*", "$1");
        String key = connectionString.replaceAll(".*SharedAccessKey=", "");
        return connect(ready, id, token("localhost/devices/" + id, key), will);
    }

    /** @param password a token */
    static TestDevice connect(Ready ready, String id, String password, @Nullable String will) throws IOException {
        SSLSocket socket = (SSLSocket) ClientTls.trusting(Path.of(ready.trustBundle()))
                .context()
                .getSocketFactory()
                .createSocket("localhost", ready.hubs().getFirst().mqttPort());
        socket.setSoTimeout(WAIT_MILLIS);
        TestDevice device = new TestDevice(socket, id);
        device.hello("localhost/" + id + "/?api-version=2021-04-12", password, will);
        return device;
    }

    /** Under a name of a hub (SNI), as a client that verifies ECDSA only, which every hub has a reserve root for from the start on. */
    static TestDevice connectWithEcdsa(Ready ready, String host, String id, String key) throws IOException {
        SSLSocket socket = (SSLSocket) ClientTls.trusting(Path.of(ready.trustBundle()))
                .context()
                .getSocketFactory()
                .createSocket("localhost", ready.hubs().getFirst().mqttPort());
        socket.setSoTimeout(WAIT_MILLIS);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        parameters.setSignatureSchemes(
                new String[] {"ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512"});
        socket.setSSLParameters(parameters);
        TestDevice device = new TestDevice(socket, id);
        device.hello(host + "/" + id + "/?api-version=2021-04-12", token(host + "/devices/" + id, key), null);
        return device;
    }

    static TestDevice connect(Ready ready) throws IOException {
        return connect(ready, String.valueOf(ready.hubs().getFirst().demoDeviceConnectionString()), null);
    }

    static String token(String resource, String key) {
        try {
            long until = Instant.now().getEpochSecond() + 3600;
            String encoded = URLEncoder.encode(resource, StandardCharsets.UTF_8);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
            String signature = Base64.getEncoder()
                    .encodeToString(mac.doFinal((encoded + "\n" + until).getBytes(StandardCharsets.UTF_8)));
            return "SharedAccessSignature sr=" + encoded + "&sig="
                    + URLEncoder.encode(signature, StandardCharsets.UTF_8) + "&se=" + until;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void hello(String userName, String password, @Nullable String will) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream body = new DataOutputStream(bytes);
        body.writeUTF("MQTT");
        body.writeByte(4);
        body.writeByte(0xC2 | (will == null ? 0 : 0x0C));
        body.writeShort(240);
        body.writeUTF(id);
        if (will != null) {
            body.writeUTF(topic());
            body.writeUTF(will);
        }
        body.writeUTF(userName);
        body.writeUTF(password);
        packet(0x10, bytes.toByteArray());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int connack = in.readInt();
        if (connack != 0x20020000) {
            throw new IOException("refused: CONNACK " + Integer.toHexString(connack));
        }
        var _ = Thread.ofVirtual().start(() -> listen(in));
    }

    private String topic() {
        return "devices/" + id + "/messages/events/";
    }

    private void packet(int type, byte[] body) throws IOException {
        out.writeByte(type);
        int length = body.length;
        do {
            out.writeByte((length % 128) | (length >= 128 ? 0x80 : 0));
            length /= 128;
        } while (length > 0);
        out.write(body);
        out.flush();
    }

    private void listen(DataInputStream in) {
        try {
            while (true) {
                int head = in.readUnsignedByte();
                byte[] body = in.readNBytes(in.readUnsignedByte());
                if (head == 0x40) {
                    acknowledged(((body[0] & 0xFF) << 8) | (body[1] & 0xFF));
                }
            }
        } catch (EOFException e) {
            end();
        } catch (IOException e) {
            end();
        }
    }

    private synchronized void acknowledged(int packet) {
        String body = open.remove(packet);
        if (body == null) {
            throw new IllegalStateException("acknowledged twice or never sent: " + packet);
        }
        acknowledged.add(body);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Sends with QoS 1 and does not wait. */
    void publish(String text) throws IOException {
        int packet;
        synchronized (this) {
            packetId = packetId % 60_000 + 1;
            packet = packetId;
            open.put(packet, text);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream body = new DataOutputStream(bytes);
        body.writeUTF(topic());
        body.writeShort(packet);
        body.write(text.getBytes(StandardCharsets.UTF_8));
        packet(0x32, bytes.toByteArray());
    }

    synchronized List<String> acknowledged() {
        return List.copyOf(acknowledged);
    }

    synchronized int unacknowledged() {
        return open.size();
    }

    synchronized void awaitAcknowledged(int count) throws InterruptedException {
        long until = System.nanoTime() + WAIT_MILLIS * 1_000_000L;
        while (acknowledged.size() < count) {
            if (ended || System.nanoTime() > until) {
                throw new AssertionError(acknowledged.size() + " of " + count + " acknowledged");
            }
            wait(100);
        }
    }

    synchronized void awaitEnd() throws InterruptedException {
        long until = System.nanoTime() + WAIT_MILLIS * 1_000_000L;
        while (!ended) {
            if (System.nanoTime() > until) {
                throw new AssertionError("the connection is still open");
            }
            wait(100);
        }
    }

    synchronized boolean isEnded() {
        return ended;
    }

    /** Closes the socket without a word. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
