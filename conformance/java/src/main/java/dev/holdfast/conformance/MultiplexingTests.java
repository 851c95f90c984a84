package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubMessageResult;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.MultiplexingClient;
import com.microsoft.azure.sdk.iot.device.MultiplexingClientOptions;
import com.microsoft.azure.sdk.iot.device.exceptions.MultiplexingClientRegistrationException;
import com.microsoft.azure.sdk.iot.device.transport.NoRetry;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import com.microsoft.azure.sdk.iot.service.messaging.IotHubServiceClientProtocol;
import com.microsoft.azure.sdk.iot.service.messaging.MessagingClient;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodRequestOptions;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodsClient;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.twin.TwinClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Java device SDK's multiplexing client: several devices on one AMQP connection. */
final class MultiplexingTests {
    private static final int DEVICES = 10;

    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();

    @ParameterizedTest(name = "ten devices on one connection over {0} do all that one can", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS"})
    void devices_on_one_connection_do_all_that_one_can(IotHubClientProtocol protocol) throws Exception {
        List<Device> devices = new ArrayList<>();
        List<DeviceClient> clients = new ArrayList<>();
        for (int i = 0; i < DEVICES; i++) {
            devices.add(register());
            clients.add(client(devices.getLast(), devices.getLast().getPrimaryKey(), protocol));
        }
        MultiplexingClient shared = open(protocol);
        shared.registerDeviceClients(clients);
        for (int i = 0; i < DEVICES; i++) {
            clients.get(i).sendEvent(new Message("from " + i));
        }
        for (int i = 0; i < DEVICES; i++) {
            String body = server.telemetry(devices.get(i).getDeviceId(), 1).getFirst().get("body").getAsString();
            assertEquals("from " + i, body);
        }
        assertTwinsMethodsAndMessages(devices.getFirst(), clients.getFirst());
        assertTwinsMethodsAndMessages(devices.getLast(), clients.getLast());

        shared.unregisterDeviceClient(clients.getFirst());
        clients.getLast().sendEvent(new Message("still here"));
        assertEquals(2, server.telemetry(devices.getLast().getDeviceId(), 2).size());
        shared.close();
    }

    @ParameterizedTest(name = "a device that is refused over {0} leaves the others alone", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS"})
    void a_device_that_is_refused_leaves_the_others_alone(IotHubClientProtocol protocol) throws Exception {
        Device good = register();
        Device other = register();
        String wrongKey = Base64.getEncoder().encodeToString(new byte[32]);
        DeviceClient goodClient = client(good, good.getPrimaryKey(), protocol);
        DeviceClient refused = client(other, wrongKey, protocol);
        MultiplexingClient shared = open(protocol);
        shared.registerDeviceClient(goodClient);
        assertThrows(MultiplexingClientRegistrationException.class, () -> shared.registerDeviceClient(refused));
        assertFalse(shared.isDeviceRegistered(other.getDeviceId()));
        server.awaitLogged("TokenSignatureWrong", other.getDeviceId());
        goodClient.sendEvent(new Message("alone"));
        assertEquals(1, server.telemetry(good.getDeviceId(), 1).size());
        shared.close();
    }

    private void assertTwinsMethodsAndMessages(Device device, DeviceClient client) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        client.setMessageCallback(
                (message, context) -> {
                    received.add(new String(message.getBytes(), StandardCharsets.UTF_8));
                    return IotHubMessageResult.COMPLETE;
                },
                null);
        client.subscribeToDesiredProperties((change, context) -> {}, null);
        TwinCollection report = new TwinCollection();
        report.put("battery", 55);
        TwinRequests.report(client, report);
        var read = new TwinClient(server.serviceConnectionString()).get(device.getDeviceId());
        assertEquals(55.0, ((Number) read.getReportedProperties().get("battery")).doubleValue());

        client.subscribeToMethods((name, payload, context) -> new DirectMethodResponse(200, device.getDeviceId()), null);
        DirectMethodRequestOptions options =
                DirectMethodRequestOptions.builder().methodResponseTimeoutSeconds(20).build();
        var answer = new DirectMethodsClient(server.serviceConnectionString())
                .invoke(device.getDeviceId(), "who", options);
        assertEquals(device.getDeviceId(), answer.getPayload(String.class));

        MessagingClient sender =
                new MessagingClient(server.serviceConnectionString(), IotHubServiceClientProtocol.AMQPS);
        sender.open();
        sender.send(
                device.getDeviceId(),
                new com.microsoft.azure.sdk.iot.service.messaging.Message("for " + device.getDeviceId()));
        sender.close();
        assertEquals("for " + device.getDeviceId(), received.poll(20, TimeUnit.SECONDS));
    }

    private Device register() throws Exception {
        return server.registry().addDevice(new Device(freshId("java-mux")));
    }

    private DeviceClient client(Device device, String key, IotHubClientProtocol protocol) {
        return new DeviceClient(server.connectionString(device.getDeviceId(), key), protocol);
    }

    private MultiplexingClient open(IotHubClientProtocol protocol) throws Exception {
        var options = MultiplexingClientOptions.builder().sslContext(trust.sslContext()).build();
        MultiplexingClient shared = new MultiplexingClient(server.hostName(), protocol, options);
        shared.setRetryPolicy(new NoRetry());
        shared.open(false);
        return shared;
    }
}
