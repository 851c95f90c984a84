package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubGatewayTimeoutException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubNotFoundException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubPreconditionFailedException;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodRequestOptions;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodsClient;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.twin.Twin;
import com.microsoft.azure.sdk.iot.service.twin.TwinClient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Twins and direct methods with the Java SDKs: its device client over MQTT and AMQP, its service clients over HTTPS. */
final class TwinTests {
    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();
    private final TwinClient twins = new TwinClient(server.serviceConnectionString());
    private final DirectMethodsClient methods = new DirectMethodsClient(server.serviceConnectionString());

    private Device device() throws Exception {
        return server.registry().addDevice(new Device(freshId("java-twin")));
    }

    private DeviceClient open(Device device, IotHubClientProtocol protocol) throws Exception {
        DeviceClient client = server.client(server.connectionString(device), trust.sslContext(), protocol);
        client.open(false);
        return client;
    }

    @ParameterizedTest(name = "a device reads what a service wrote and hears of changes over {0}", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"MQTT", "AMQPS", "AMQPS_WS"})
    void a_device_reads_what_a_service_wrote_and_hears_of_changes(IotHubClientProtocol protocol) throws Exception {
        Device device = device();
        Twin wanted = new Twin(device.getDeviceId());
        wanted.getTags().put("floor", 3);
        wanted.getDesiredProperties().put("interval", 30);
        wanted.getDesiredProperties().put("led", Map.of("colour", "grün"));
        Twin patched = twins.patch(wanted);
        assertEquals(2, patched.getDesiredProperties().getVersion());

        DeviceClient client = open(device, protocol);
        BlockingQueue<com.microsoft.azure.sdk.iot.device.twin.Twin> heard = new LinkedBlockingQueue<>();
        client.subscribeToDesiredProperties((change, context) -> heard.add(change), null);
        TwinCollection desired = TwinRequests.get(client).getDesiredProperties();
        assertEquals(2, desired.getVersion());
        assertEquals(30.0, ((Number) desired.get("interval")).doubleValue());
        assertEquals("grün", ((Map<?, ?>) desired.get("led")).get("colour"));

        Twin next = new Twin(device.getDeviceId());
        next.getDesiredProperties().put("interval", 60);
        twins.patch(next);
        TwinCollection told = heard.poll(20, TimeUnit.SECONDS).getDesiredProperties();
        assertEquals(60.0, ((Number) told.get("interval")).doubleValue());
        assertEquals(3, told.getVersion());
        client.close();
    }

    @ParameterizedTest(name = "a service reads what a device reported over {0}", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"MQTT", "AMQPS", "AMQPS_WS"})
    void a_service_reads_what_a_device_reported(IotHubClientProtocol protocol) throws Exception {
        Device device = device();
        DeviceClient client = open(device, protocol);
        client.subscribeToDesiredProperties((change, context) -> {}, null);
        TwinCollection report = new TwinCollection();
        report.put("battery", 55);
        report.put("list", List.of("a", 1));
        int first = TwinRequests.report(client, report);
        assertEquals(twins.get(device.getDeviceId()).getReportedProperties().getVersion(), first);
        report = new TwinCollection();
        report.put("battery", 54);
        report.put("list", null);
        report.setVersion(first);
        int second = TwinRequests.report(client, report);
        assertTrue(second > first, "the version rises");
        client.close();

        Twin read = twins.get(device.getDeviceId());
        assertEquals(54.0, ((Number) read.getReportedProperties().get("battery")).doubleValue());
        assertFalse(read.getReportedProperties().containsKey("list"));
        assertEquals(second, read.getReportedProperties().getVersion());
        assertNotNull(read.getReportedProperties().getTwinMetadata("battery").getLastUpdated());
        assertEquals(second, read.getVersion());
    }

    @Test
    void a_twin_is_replaced_and_guarded_by_its_etag() throws Exception {
        Device device = device();
        Twin first = new Twin(device.getDeviceId());
        first.getTags().put("a", 1);
        first.getTags().put("b", 2);
        first = twins.patch(first);
        Twin stale = twins.get(device.getDeviceId());

        Twin replacement = twins.get(device.getDeviceId());
        replacement.getTags().clear();
        replacement.getTags().put("c", 3);
        Twin replaced = twins.replace(replacement);
        assertEquals("{\"c\":3}", twins.get(device.getDeviceId()).getTags().toJsonObject().toString());
        assertFalse(replaced.getETag().equals(first.getETag()));
        stale.getTags().put("d", 4);
        assertThrows(IotHubPreconditionFailedException.class, () -> twins.patch(stale, stale.getETag()));
        assertThrows(IotHubPreconditionFailedException.class, () -> twins.replace(stale, stale.getETag()));
        assertThrows(IotHubNotFoundException.class, () -> twins.get(freshId("java-nobody")));
    }

    @ParameterizedTest(name = "a method is answered over {0}", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"MQTT", "AMQPS", "AMQPS_WS"})
    void a_method_is_answered(IotHubClientProtocol protocol) throws Exception {
        Device device = device();
        DeviceClient client = open(device, protocol);
        client.subscribeToMethods(
                (name, payload, context) -> new DirectMethodResponse(
                        name.equals("echo") ? 200 : 404, Map.of("heard", payload.getPayload(String.class))),
                null);
        DirectMethodRequestOptions options = DirectMethodRequestOptions.builder()
                .payload("für")
                .methodResponseTimeoutSeconds(20)
                .build();
        var answer = methods.invoke(device.getDeviceId(), "echo", options);
        assertEquals(200, answer.getStatus());
        assertEquals("{\"heard\":\"für\"}", answer.getPayloadAsJsonString());
        assertEquals(404, methods.invoke(device.getDeviceId(), "other", options).getStatus());
        client.close();
    }

    @ParameterizedTest(name = "a method without an answer says why over {0}", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"MQTT", "AMQPS", "AMQPS_WS"})
    void a_method_without_an_answer_says_why(IotHubClientProtocol protocol) throws Exception {
        Device device = device();
        DirectMethodRequestOptions atOnce = DirectMethodRequestOptions.builder()
                .methodConnectTimeoutSeconds(0)
                .build();
        IotHubException offline = assertThrows(
                IotHubNotFoundException.class, () -> methods.invoke(device.getDeviceId(), "echo", atOnce));
        assertEquals(true, offline.getMessage().contains("is not connected"), offline.getMessage());

        DeviceClient client = open(device, protocol);
        CountDownLatch end = new CountDownLatch(1);
        client.subscribeToMethods(
                (name, payload, context) -> {
                    try {
                        end.await(60, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return new DirectMethodResponse(200, null);
                },
                null);
        DirectMethodRequestOptions options =
                DirectMethodRequestOptions.builder().methodResponseTimeoutSeconds(5).build();
        assertThrows(
                IotHubGatewayTimeoutException.class, () -> methods.invoke(device.getDeviceId(), "hang", options));
        end.countDown();
        client.close();
    }
}
