package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.transport.IotHubConnectionStatus;
import com.microsoft.azure.sdk.iot.service.auth.AuthenticationType;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.registry.DeviceStatus;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Telemetry of the Java device SDK over AMQP, AMQP over WebSocket and HTTPS, with keys and certificates. */
final class TransportTelemetryTests {
    private static final String WRONG_KEY = Base64.getEncoder().encodeToString(new byte[32]);

    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();

    @ParameterizedTest(name = "sends over {0} with a key and every property arrives", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS", "HTTPS"})
    void sends_with_a_key(IotHubClientProtocol protocol) throws Exception {
        Device device = register();
        Map<String, String> properties =
                Map.of("with-hyphen", "a b", "percent", "100%", "equals", "a=b", "ampersand", "a&b", "slash", "a/b");
        Message message = new Message("{\"temperature\":21.5}");
        message.setMessageId("message-1");
        message.setCorrelationId("correlation-1");
        message.setContentType("application/json");
        message.setContentEncoding("utf-8");
        properties.forEach(message::setProperty);
        try (Opened opened = open(device, protocol)) {
            opened.client().sendEvent(message);
        }

        JsonObject read = server.telemetry(device.getDeviceId(), 1).getFirst();
        assertEquals("{\"temperature\":21.5}", read.get("body").getAsString());
        assertEquals("message-1", read.get("messageId").getAsString());
        assertEquals("correlation-1", read.get("correlationId").getAsString());
        assertEquals("application/json", read.get("contentType").getAsString());
        assertEquals("utf-8", read.get("contentEncoding").getAsString());
        assertEquals("sas", read.getAsJsonObject("authMethod").get("type").getAsString());
        JsonObject readProperties = read.getAsJsonObject("properties");
        properties.forEach((name, value) ->
                assertEquals(value, readProperties.get(name).getAsString(), name));
        assertEquals(properties.size(), readProperties.size(), readProperties.toString());
    }

    /** This SDK sends batches over HTTPS alone. */
    @Test
    void sends_a_batch_over_HTTPS_each_message_with_its_properties() throws Exception {
        Device device = register();
        List<Message> batch =
                IntStream.range(0, 20).mapToObj(TransportTelemetryTests::numbered).toList();
        try (Opened opened = open(device, IotHubClientProtocol.HTTPS)) {
            opened.client().sendEvents(batch);
        }
        List<JsonObject> read = server.telemetry(device.getDeviceId(), 20);
        for (int number = 0; number < 20; number++) {
            assertEquals("text " + number, read.get(number).get("body").getAsString());
            assertEquals("n" + number, read.get(number).get("messageId").getAsString());
            assertEquals(
                    Integer.toString(number),
                    read.get(number).getAsJsonObject("properties").get("number").getAsString());
        }
    }

    @ParameterizedTest(name = "delivers over {0} each of a hundred messages at once", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS", "HTTPS"})
    void delivers_a_hundred_at_once(IotHubClientProtocol protocol) throws Exception {
        Device device = register();
        CountDownLatch acknowledged = new CountDownLatch(100);
        AtomicReference<IotHubClientException> failure = new AtomicReference<>();
        try (Opened opened = open(device, protocol)) {
            for (int number = 0; number < 100; number++) {
                opened.client()
                        .sendEventAsync(
                                numbered(number),
                                (sent, exception, context) -> {
                                    failure.compareAndSet(null, exception);
                                    acknowledged.countDown();
                                },
                                null);
            }
            assertTrue(acknowledged.await(30, TimeUnit.SECONDS), "all are acknowledged");
        }
        assertNull(failure.get());
        List<String> read = server.telemetry(device.getDeviceId(), 100).stream()
                .map(message -> message.get("messageId").getAsString())
                .sorted()
                .toList();
        assertEquals(
                IntStream.range(0, 100).mapToObj(number -> "n" + number).sorted().toList(), read);
    }

    @ParameterizedTest(name = "is told over {0} that a message is too large, and goes on", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS"})
    void is_told_of_a_message_that_is_too_large(IotHubClientProtocol protocol) throws Exception {
        Device device = register();
        try (Opened opened = open(device, protocol)) {
            IotHubClientException refusal = assertThrows(
                    IotHubClientException.class, () -> opened.client().sendEvent(new Message(new byte[256 * 1024 + 1])));
            assertEquals(IotHubStatusCode.REQUEST_ENTITY_TOO_LARGE, refusal.getStatusCode(), refusal.toString());
            opened.client().sendEvent(numbered(1));
        }
        assertEquals(
                "n1",
                server.telemetry(device.getDeviceId(), 1).getFirst().get("messageId").getAsString());
    }

    @ParameterizedTest(name = "sends over {0} with a self-signed certificate", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS", "HTTPS"})
    void sends_with_a_self_signed_certificate(IotHubClientProtocol protocol) throws Exception {
        SelfSigned certificate = SelfSigned.make(SelfSigned.Kind.EC, "java-amqp");
        Device wanted = new Device(freshId("java-x509"), AuthenticationType.SELF_SIGNED);
        wanted.setThumbprint(certificate.thumbprint("SHA-256"), certificate.thumbprint("SHA-256"));
        assertSentWithCertificate(server.registry().addDevice(wanted), protocol, certificate.keyManagers());
    }

    @ParameterizedTest(name = "sends over {0} with a certificate of an authority and its chain", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS", "HTTPS"})
    void sends_with_a_chain(IotHubClientProtocol protocol) throws Exception {
        String name = freshId("java-root");
        Issued root = Issued.root(name, Issued.Kind.EC);
        server.registerAuthority(name, root.pem());
        Issued line = root.intermediate(name + " line", Issued.Kind.EC);
        Device device = server.registry()
                .addDevice(new Device(freshId("java-ca"), AuthenticationType.CERTIFICATE_AUTHORITY));
        Issued own = line.device(device.getDeviceId(), Issued.Kind.EC);
        assertSentWithCertificate(device, protocol, own.keyManagers(line));
    }

    @ParameterizedTest(name = "is refused over {0} with a foreign certificate", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS", "HTTPS"})
    void is_refused_with_a_foreign_certificate(IotHubClientProtocol protocol) throws Exception {
        Device wanted = new Device(freshId("java-x509"), AuthenticationType.SELF_SIGNED);
        String registered = SelfSigned.make(SelfSigned.Kind.EC, "java-registered").thumbprint("SHA-256");
        wanted.setThumbprint(registered, registered);
        Device device = server.registry().addDevice(wanted);
        KeyManager[] foreign = SelfSigned.make(SelfSigned.Kind.EC, "java-foreign").keyManagers();
        assertRefused(server.client(withCertificate(device), trust.sslContext(foreign), protocol));
        server.awaitLogged("ThumbprintMismatch", device.getDeviceId());
    }

    @ParameterizedTest(name = "is refused over {0} with a wrong key, unregistered, or disabled", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS", "HTTPS"})
    void is_refused(IotHubClientProtocol protocol) throws Exception {
        Device device = register();
        assertRefused(device.getDeviceId(), WRONG_KEY, protocol);
        server.awaitLogged("TokenSignatureWrong", device.getDeviceId());

        String nobody = freshId("java-nobody");
        assertRefused(nobody, WRONG_KEY, protocol);
        server.awaitLogged("UnknownDevice", nobody);

        Device wanted = new Device(freshId("java"));
        wanted.setStatus(DeviceStatus.Disabled);
        Device disabled = server.registry().addDevice(wanted);
        assertRefused(disabled.getDeviceId(), disabled.getPrimaryKey(), protocol);
        server.awaitLogged("DeviceDisabled", disabled.getDeviceId());
    }

    @ParameterizedTest(name = "is told over {0} when its newer connection takes over", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS"})
    void is_told_when_its_newer_connection_takes_over(IotHubClientProtocol protocol) throws Exception {
        Device device = register();
        CountDownLatch lost = new CountDownLatch(1);
        DeviceClient older = server.client(server.connectionString(device), trust.sslContext(), protocol);
        older.setConnectionStatusChangeCallback(
                change -> {
                    if (change.getNewStatus() == IotHubConnectionStatus.DISCONNECTED) {
                        lost.countDown();
                    }
                },
                null);
        older.open(false);
        try (Opened newer = open(device, protocol)) {
            assertTrue(lost.await(20, TimeUnit.SECONDS), "the older one saw the end");
            server.awaitLogged("SupersededByNewConnection", device.getDeviceId());
            newer.client().sendEvent(numbered(1));
        }
        older.close();
        assertEquals(1, server.telemetry(device.getDeviceId(), 1).size());
    }

    private void assertSentWithCertificate(Device device, IotHubClientProtocol protocol, KeyManager[] keys)
            throws Exception {
        DeviceClient client = server.client(withCertificate(device), trust.sslContext(keys), protocol);
        client.open(false);
        client.sendEvent(new Message("by certificate"));
        client.close();
        JsonObject read = server.telemetry(device.getDeviceId(), 1).getFirst();
        assertEquals("by certificate", read.get("body").getAsString());
        assertEquals(
                JsonParser.parseString("{\"scope\":\"device\",\"type\":\"x509\",\"issuer\":\"external\","
                        + "\"acceptingIpFilterRule\":null}"),
                read.get("authMethod"));
    }

    private void assertRefused(String deviceId, String key, IotHubClientProtocol protocol) {
        assertRefused(server.client(server.connectionString(deviceId, key), trust.sslContext(), protocol));
    }

    /** Over HTTPS nothing is sent to open: the first message is refused. */
    private static void assertRefused(DeviceClient client) {
        IotHubClientException refusal = assertThrows(IotHubClientException.class, () -> {
            client.open(false);
            client.sendEvent(new Message("refused"));
        });
        assertEquals(IotHubStatusCode.UNAUTHORIZED, refusal.getStatusCode(), refusal.toString());
        client.close();
    }

    /** A client that is closed at the end of a block. */
    private record Opened(DeviceClient client) implements AutoCloseable {
        @Override
        public void close() {
            client.close();
        }
    }

    private Opened open(Device device, IotHubClientProtocol protocol) throws Exception {
        DeviceClient client = server.client(server.connectionString(device), trust.sslContext(), protocol);
        client.open(false);
        return new Opened(client);
    }

    private Device register() throws Exception {
        return server.registry().addDevice(new Device(freshId("java")));
    }

    private String withCertificate(Device device) {
        return "HostName=" + server.hostName() + ";DeviceId=" + device.getDeviceId() + ";x509=true";
    }

    private static Message numbered(int number) {
        Message message = new Message("text " + number);
        message.setMessageId("n" + number);
        message.setProperty("number", Integer.toString(number));
        return message;
    }
}
