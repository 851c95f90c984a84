package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.server.ProcessTest.Up;
import dev.holdfast.testkit.TestTls;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.ClientSasl;
import dev.holdfast.wire.client.ClientTls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Clients that are refused over all three protocols, with secrets where they belong and where they don't: none is in what is printed. */
final class SecretsInLogTest {
    private static final String USER_NAME = "localhost/demo-device/?api-version=2021-04-12";
    private static final String RESOURCE = "localhost/devices/demo-device";

    @TempDir
    Path directory;

    /** What must not be printed; the beginning of each, so that a part of it is found too. */
    private final List<String> secrets = new ArrayList<>();

    private final String wrongKey = randomKey();

    /** As the operator token is made: base64 that never has padding. */
    private final String wrongToken = secret("hT3vKq9_ZpL0wXc7RbNf2YgUdJ4sMaE8oViQ-kB6t1D");

    private String secret(String value) {
        secrets.add(value.substring(0, Math.min(value.length(), 24)));
        return value;
    }

    private String randomKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return secret(Base64.getEncoder().encodeToString(key));
    }

    private String token(String resource, String key, String policy) {
        return remember(SasRequests.token(resource, key, policy));
    }

    private String remember(String token) {
        String signature = token.replaceAll(".*sig=([^&]*).*", "$1");
        secret(signature);
        secret(URLDecoder.decode(signature, StandardCharsets.UTF_8));
        return token;
    }

    private static SSLContext tls(Path bundle) throws Exception {
        return TestTls.context(
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(bundle)))
                        .stream()
                        .map(X509Certificate.class::cast)
                        .toList(),
                null);
    }

    @Test
    void no_secret_of_a_refused_client_is_printed() throws Exception {
        Path data = directory.resolve("data");
        Path settings = Files.writeString(directory.resolve("holdfast.yaml"), """
                data: %s
                listeners: {mqtt: {port: 0}, amqp: {port: 0}, https: {port: 0}}
                log: {level: debug}
                """.formatted(data));
        Up up = Up.start("--config", settings.toString());
        up.readUntil("To see what devices send");
        up.readUntil("holdfast monitor");
        int shown = up.lines().size();
        JsonNode ready = JsonMapper.shared().readTree(Files.readString(data.resolve("ready.json")));
        JsonNode hub = ready.path("hubs").get(0);
        SSLContext tls = tls(data.resolve("ca.pem"));
        String device = hub.path("demoDeviceConnectionString").asString();
        String deviceKey = secret(device.replaceAll(".*SharedAccessKey=", ""));
        String owner = hub.path("serviceConnectionString").asString();
        secret(owner.replaceAll(".*SharedAccessKey=", ""));
        String operatorToken = secret(ready.path("operatorToken").asString());

        overMqtt(tls, hub.path("mqttPort").asInt(), device, deviceKey);
        overAmqp(data, hub.path("amqpPort").asInt(), owner);
        overHttps(tls, hub.path("httpsPort").asInt(), operatorToken);
        withoutTls(hub.path("mqttPort").asInt());
        up.signal("TERM");
        assertThat(up.end()).as(up.lines().toString()).isZero();

        List<String> printed = up.lines().subList(shown, up.lines().size());
        assertThat(String.join("\n", printed))
                .contains("TokenSignatureWrong", "TokenExpired", "TokenMalformed", "ClientIdMismatch", "UnknownPolicy")
                .contains("MalformedField", "AmbiguousLength", "NotTls", " amqp ", " mqtt ", " https ")
                .contains("[secret]", "GET /hT3v…[secret]");
        for (String secret : secrets) {
            assertThat(printed).noneMatch(line -> line.contains(secret));
        }
        assertThat(secrets).hasSizeGreaterThan(10);
    }

    private void overMqtt(SSLContext tls, int port, String device, String deviceKey) throws IOException {
        mqtt(tls, port, "demo-device", USER_NAME, token(RESOURCE, wrongKey, "").replace("&skn=", ""));
        mqtt(
                tls,
                port,
                "demo-device",
                USER_NAME,
                remember(SasRequests.token(RESOURCE, deviceKey, null, 1_500_000_000)));
        mqtt(tls, port, "demo-device", USER_NAME, deviceKey);
        mqtt(tls, port, "demo-device", USER_NAME, token("localhost", wrongKey, "no-such-policy"));
        mqtt(tls, port, "demo-device", device, deviceKey);
        mqtt(tls, port, "demo-device", "localhost/" + device, deviceKey);
        mqtt(tls, port, "demo-device", token(RESOURCE, wrongKey, "device"), "x");
        mqtt(tls, port, deviceKey, USER_NAME, deviceKey);
        mqtt(tls, port, wrongToken, "localhost/" + wrongToken + "/?api-version=2021-04-12", wrongToken);
        mqtt(tls, port, "demo-device", deviceKey + "/demo-device/?api-version=2021-04-12", deviceKey);
    }

    private static void mqtt(SSLContext tls, int port, String clientId, String userName, String password)
            throws IOException {
        try (SSLSocket socket = TestTls.connect(tls, "localhost", port)) {
            socket.getOutputStream().write(FirstBytes.connect(clientId, userName, password));
            socket.getInputStream().readAllBytes();
        }
    }

    private void overAmqp(Path data, int port, String owner) throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            ClientTls trust = ClientTls.trusting(data.resolve("ca.pem"));
            amqp(
                    loops,
                    port,
                    trust,
                    ClientSasl.plain("iothubowner@sas.root.hub1", token("localhost", wrongKey, "iothubowner")));
            amqp(loops, port, trust, ClientSasl.plain("service", wrongKey));
            amqp(loops, port, trust, ClientSasl.plain(owner, wrongKey));
            amqp(loops, port, trust, ClientSasl.plain(wrongToken, wrongKey));
            amqp(loops, port, trust, ClientSasl.plain(wrongToken + "@sas.root.hub1", wrongKey));
            AmqpClient.Options anonymous =
                    new AmqpClient.Options("localhost", port, trust, ClientSasl.anonymous(), Limits.defaults());
            for (String token : List.of(token("localhost", wrongKey, "service"), owner, wrongKey)) {
                try (AmqpClient client = AmqpClient.connect(loops, anonymous).get(30, TimeUnit.SECONDS)) {
                    var _ = client.request(
                                    "$cbs",
                                    Map.of(
                                            "operation", "put-token",
                                            "type", "servicebus.windows.net:sastoken",
                                            "name", "sb://localhost/hub1"),
                                    token)
                            .get(30, TimeUnit.SECONDS);
                }
            }
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private static void amqp(EventLoopGroup loops, int port, ClientTls tls, ClientSasl sasl) throws Exception {
        try {
            AmqpClient.connect(loops, new AmqpClient.Options("localhost", port, tls, sasl, Limits.defaults()))
                    .get(30, TimeUnit.SECONDS)
                    .close();
        } catch (ExecutionException refused) {
            assertThat(refused).hasMessageNotContaining("timed out");
        }
    }

    private void overHttps(SSLContext tls, int port, String operatorToken) throws IOException {
        String wrong = token("localhost", wrongKey, "iothubowner");
        https(tls, port, "GET /devices?api-version=2021-04-12", "Authorization: " + wrong);
        https(tls, port, "GET /devices/x?api-version=2021-04-12&sig=" + wrongKey, "Authorization: " + wrongKey);
        https(tls, port, "GET /holdfast/v1/status", "Authorization: Bearer " + wrongKey);
        https(tls, port, "GET /" + wrongToken, "X-Y: 1");
        https(tls, port, "GET /holdfast/v1/" + wrongToken, "X-Y: 1");
        https(tls, port, "GET /holdfast/v1/status", "Authorization : Bearer " + operatorToken);
        https(
                tls,
                port,
                "POST /devices",
                "Authorization: " + wrong + "\r\nContent-Length: " + wrongKey + "\r\nTransfer-Encoding: chunked");
        https(tls, port, "GET /" + wrong.replace(' ', '+') + "/..", "Host: " + wrongKey);
    }

    private static void https(SSLContext tls, int port, String requestLine, String fields) throws IOException {
        try (SSLSocket socket = TestTls.connect(tls, "localhost", port)) {
            String head = requestLine + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 4");
        }
    }

    private void withoutTls(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(FirstBytes.connect("demo-device", USER_NAME, wrongKey));
            socket.getInputStream().readAllBytes();
        }
    }
}
