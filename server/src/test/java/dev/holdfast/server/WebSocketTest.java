package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.TestTls;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Objects;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A device on a WebSocket, as the rest of the installation sees it. */
class WebSocketTest {
    private static final String ROOT = "/holdfast/v1/";
    private static final String GOOD = """
            {"name": "own-legacy", "lowestVersion": "1.2", "highestVersion": "1.2", "certificates": ["rsa"],
             "suites": ["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"], "groups": ["x25519"]}""";
    private static final String WITHOUT_WHAT_JAVA_OFFERS =
            GOOD.replace(", \"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"", "");

    @TempDir
    Path directory;

    private @Nullable TestServer running;

    @AfterEach
    void stop() {
        if (running != null) {
            running.close();
        }
    }

    private TestServer start(Config.Policies policies) throws Exception {
        TestServer server = TestServer.start(TestServer.config(directory.resolve("data"), policies));
        running = server;
        return server;
    }

    private static TestServer.Answer put(TestServer server, String path, String body) throws IOException {
        return server.ask("PUT", ROOT + path, body);
    }

    private static String demoDevice(TestServer server) {
        return Objects.requireNonNull(server.hub().demoDeviceConnectionString());
    }

    private static String id(TestServer server) {
        return demoDevice(server).replaceAll(".*DeviceId=([^;]*).*", "$1");
    }

    /** Connects the demo device over a WebSocket, without naming a host in the TLS handshake; the code of its CONNACK. */
    private static int connack(TestServer server, String key) throws IOException, GeneralSecurityException {
        try (SSLSocket socket = TestTls.connect(
                TestTls.context(RawHttps.roots(server), null),
                "localhost",
                server.hub().httpsPort())) {
            String request = String.join(
                    "\r\n",
                    "GET /$iothub/websocket HTTP/1.1",
                    "Host: localhost:" + server.hub().httpsPort(),
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Protocol: mqtt",
                    "",
                    "");
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(head(in)).startsWith("HTTP/1.1 101 ");
            byte[] connect = connect(id(server), key);
            out.write(new byte[] {(byte) 0x82, (byte) 0xFE});
            out.writeShort(connect.length);
            out.writeInt(0); // a mask that changes nothing
            out.write(connect);
            assertThat(in.readUnsignedShort()).as("a message of four bytes").isEqualTo(0x8204);
            return in.readInt() - 0x20020000;
        }
    }

    private static String head(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    private static byte[] connect(String id, String key) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream body = new DataOutputStream(bytes);
        body.writeUTF("MQTT");
        body.write(new byte[] {4, (byte) 0xC2, 0, 60});
        body.writeUTF(id);
        body.writeUTF("localhost/" + id + "/?api-version=2021-04-12");
        body.writeUTF(TestDevice.token("localhost/devices/" + id, key));
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(new byte[] {0x10, (byte) (bytes.size() % 128 | 0x80), (byte) (bytes.size() / 128)});
        packet.writeBytes(bytes.toByteArray());
        return packet.toByteArray();
    }

    private static String key(TestServer server) {
        return demoDevice(server).replaceAll(".*SharedAccessKey=", "");
    }

    @Test
    void a_device_is_known_by_its_protocol_and_a_refused_one_reported_by_it() throws Exception {
        TestServer server = start(Config.Policies.standard());

        assertThat(connack(server, key(server))).isZero();
        assertThat(connack(server, "AAAA")).isEqualTo(5);

        JsonNode known = server.ask("GET", ROOT + "hubs/hub1/fleet/devices/" + id(server), "")
                .json();
        assertThat(known.path("listener").asString()).isEqualTo("mqtt-ws");
        JsonNode reports = server.ask("GET", ROOT + "reports?reason=TokenSignatureWrong", "")
                .json();
        assertThat(reports.path("reports").get(0).path("listener").asString()).isEqualTo("mqtt-ws");
    }

    /** Not by that of the first hub, which is for who names no host on the ports of MQTT and AMQP. */
    @Test
    void a_device_that_names_no_host_is_rehearsed_with_the_policy_of_the_https_listener() throws Exception {
        TestServer first = start(Config.Policies.standard());
        assertThat(put(first, "policies/own-legacy", GOOD))
                .extracting(TestServer.Answer::status, TestServer.Answer::text)
                .startsWith(201);
        assertThat(put(first, "hubs/hub1/policy", "{\"policy\":\"hub-2025\"}").status())
                .isEqualTo(200);
        first.close();
        TestServer server = start(new Config.Policies("own-legacy", null, null, null));
        assertThat(connack(server, key(server))).isZero();

        TestServer.Answer changed = put(server, "policies/own-legacy", WITHOUT_WHAT_JAVA_OFFERS);

        assertThat(changed.errorCode()).isEqualTo("DevicesWouldBeLost");
        assertThat(changed.text()).contains(id(server));
    }
}
