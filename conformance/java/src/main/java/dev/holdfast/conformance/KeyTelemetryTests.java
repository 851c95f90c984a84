package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubConnectionStatusChangeReason;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.transport.IotHubConnectionStatus;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.registry.DeviceStatus;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The Java device SDK over MQTT, authenticated by key. */
final class KeyTelemetryTests {
    private static final String WRONG_KEY = Base64.getEncoder().encodeToString(new byte[32]);

    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();

    @Test
    void sends_with_a_key_and_every_property_arrives() throws Exception {
        Device device = server.registry().addDevice(new Device(freshId("java")));
        Map<String, String> properties = Map.of(
                "with space", "a b", "percent", "100%", "equals", "a=b", "ampersand", "a&b", "slash", "a/b", "umlaut", "für");
        Message message = new Message("{\"temperature\":21.5}");
        message.setMessageId("message 1");
        message.setCorrelationId("correlation/1");
        message.setContentType("application/json");
        message.setContentEncoding("utf-8");
        properties.forEach(message::setProperty);

        DeviceClient client = server.client(server.connectionString(device), trust.sslContext());
        client.open(false);
        client.sendEvent(message);
        client.close();

        JsonObject read = server.telemetry(device.getDeviceId(), 1).getFirst();
        assertEquals("{\"temperature\":21.5}", read.get("body").getAsString());
        assertEquals("message 1", read.get("messageId").getAsString());
        assertEquals("correlation/1", read.get("correlationId").getAsString());
        assertEquals("application/json", read.get("contentType").getAsString());
        assertEquals("utf-8", read.get("contentEncoding").getAsString());
        assertEquals(device.getGenerationId(), read.get("generationId").getAsString());
        assertEquals(
                JsonParser.parseString(
                        "{\"scope\":\"device\",\"type\":\"sas\",\"issuer\":\"iothub\",\"acceptingIpFilterRule\":null}"),
                read.get("authMethod"));
        JsonObject readProperties = read.getAsJsonObject("properties");
        properties.forEach((name, value) ->
                assertEquals(value, readProperties.get(name).getAsString(), name));
        assertEquals(properties.size(), readProperties.size(), readProperties.toString());
    }

    @Test
    void opens_with_the_secondary_key_too() throws Exception {
        Device device = server.registry().addDevice(new Device(freshId("java")));
        DeviceClient client = server.client(
                server.connectionString(device.getDeviceId(), device.getSecondaryKey()), trust.sslContext());
        client.open(false);
        client.sendEvent(new Message("second key"));
        client.close();
        assertEquals(1, server.telemetry(device.getDeviceId(), 1).size());
    }

    @Test
    void delivers_each_of_a_hundred_messages_in_flight_once() throws Exception {
        Device device = server.registry().addDevice(new Device(freshId("java")));
        DeviceClient client = server.client(server.connectionString(device), trust.sslContext());
        client.open(false);
        CountDownLatch acknowledged = new CountDownLatch(100);
        AtomicReference<IotHubClientException> failure = new AtomicReference<>();
        for (int number = 0; number < 100; number++) {
            Message message = new Message("n" + number);
            message.setMessageId("n" + number);
            client.sendEventAsync(
                    message,
                    (sent, exception, context) -> {
                        failure.compareAndSet(null, exception);
                        acknowledged.countDown();
                    },
                    null);
        }
        assertTrue(acknowledged.await(30, TimeUnit.SECONDS), "all are acknowledged");
        assertNull(failure.get());
        client.close();
        // Sorted, because this client does not always send in the order in which it was told to: when it begins, two of
        // its threads take from its queue. That the hub keeps the order of what it is sent, the Node client shows.
        List<String> read = server.telemetry(device.getDeviceId(), 100).stream()
                .map(message -> message.get("messageId").getAsString())
                .sorted()
                .toList();
        assertEquals(
                IntStream.range(0, 100).mapToObj(number -> "n" + number).sorted().toList(), read);
    }

    @Test
    void is_refused_with_a_wrong_key() throws Exception {
        Device device = server.registry().addDevice(new Device(freshId("java")));
        assertRefused(server.connectionString(device.getDeviceId(), WRONG_KEY));
        server.awaitLogged("TokenSignatureWrong", device.getDeviceId());
    }

    @Test
    void is_refused_when_it_is_not_registered() throws Exception {
        String deviceId = freshId("java-nobody");
        assertRefused(server.connectionString(deviceId, WRONG_KEY));
        server.awaitLogged("UnknownDevice", deviceId);
    }

    @Test
    void is_refused_when_it_is_disabled() throws Exception {
        Device device = new Device(freshId("java"));
        device.setStatus(DeviceStatus.Disabled);
        device = server.registry().addDevice(device);
        assertRefused(server.connectionString(device));
        server.awaitLogged("DeviceDisabled", device.getDeviceId());
    }

    @Test
    void is_told_when_its_newer_connection_takes_over() throws Exception {
        Device device = server.registry().addDevice(new Device(freshId("java")));
        CompletableFuture<IotHubConnectionStatusChangeReason> lost = new CompletableFuture<>();
        DeviceClient older = server.client(server.connectionString(device), trust.sslContext());
        older.setConnectionStatusChangeCallback(
                change -> {
                    if (change.getNewStatus() == IotHubConnectionStatus.DISCONNECTED) {
                        lost.complete(change.getNewStatusReason());
                    }
                },
                null);
        older.open(false);
        DeviceClient newer = server.client(server.connectionString(device), trust.sslContext());
        newer.open(false);
        lost.get(20, TimeUnit.SECONDS);
        server.awaitLogged("SupersededByNewConnection", device.getDeviceId());
        newer.sendEvent(new Message("the newer works"));
        older.close();
        newer.close();
        assertEquals(1, server.telemetry(device.getDeviceId(), 1).size());
    }

    private void assertRefused(String connectionString) {
        DeviceClient client = server.client(connectionString, trust.sslContext());
        IotHubClientException refusal = assertThrows(IotHubClientException.class, () -> client.open(false));
        assertEquals(IotHubStatusCode.UNAUTHORIZED, refusal.getStatusCode());
        client.close();
    }
}
