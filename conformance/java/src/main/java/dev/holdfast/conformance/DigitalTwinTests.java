package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import com.microsoft.azure.sdk.iot.service.digitaltwin.DigitalTwinAsyncClient;
import com.microsoft.azure.sdk.iot.service.digitaltwin.DigitalTwinClient;
import com.microsoft.azure.sdk.iot.service.digitaltwin.UpdateOperationUtility;
import com.microsoft.azure.sdk.iot.service.digitaltwin.models.DigitalTwinInvokeCommandRequestOptions;
import com.microsoft.azure.sdk.iot.service.digitaltwin.models.DigitalTwinUpdateRequestOptions;
import com.microsoft.azure.sdk.iot.service.digitaltwin.serialization.BasicDigitalTwin;
import com.microsoft.azure.sdk.iot.service.digitaltwin.serialization.WritableProperty;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.rest.RestException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Digital twins with the Java SDKs: both of its service clients, and its device client with a model over MQTT and AMQP. */
final class DigitalTwinTests {
    private static final String MODEL = "dtmi:com:example:TemperatureController;1";

    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();
    private final DigitalTwinClient twins = new DigitalTwinClient(server.serviceConnectionString());
    private final DigitalTwinAsyncClient asyncTwins = new DigitalTwinAsyncClient(server.serviceConnectionString());

    private Device device() throws Exception {
        return server.registry().addDevice(new Device(freshId("java-model")));
    }

    private DeviceClient open(Device device, IotHubClientProtocol protocol) throws Exception {
        DeviceClient client =
                server.client(server.connectionString(device), trust.sslContext(), protocol, MODEL);
        client.open(false);
        return client;
    }

    private static int status(RestException refused) {
        return refused.response().code();
    }

    private BasicDigitalTwin get(String deviceId) {
        return twins.getDigitalTwin(deviceId, BasicDigitalTwin.class);
    }

    @ParameterizedTest(name = "a property is desired, acknowledged and seen over {0}", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"MQTT", "AMQPS"})
    void a_property_is_desired_acknowledged_and_seen(IotHubClientProtocol protocol) throws Exception {
        Device device = device();
        DeviceClient client = open(device, protocol);
        BlockingQueue<TwinCollection> heard = new LinkedBlockingQueue<>();
        client.subscribeToDesiredProperties((change, context) -> heard.add(change.getDesiredProperties()), null);
        TwinRequests.get(client);

        twins.updateDigitalTwin(
                device.getDeviceId(),
                new UpdateOperationUtility()
                        .appendAddPropertyOperation("/targetTemperature", 21.5)
                        .getUpdateOperations());
        TwinCollection change = heard.poll(20, TimeUnit.SECONDS);
        assertNotNull(change, "the device is told");
        assertEquals(21.5, ((Number) change.get("targetTemperature")).doubleValue());
        WritableProperty desired = get(device.getDeviceId()).getMetadata().getWriteableProperties().get("targetTemperature");
        assertEquals(21.5, desired.getDesiredValue());
        assertEquals(2, desired.getDesiredVersion());
        assertNull(desired.getLastUpdateTime());

        TwinCollection acknowledged = new TwinCollection();
        acknowledged.put("targetTemperature", Map.of("value", 21.0, "ac", 200, "av", change.getVersion(), "ad", "done"));
        TwinRequests.report(client, acknowledged);
        BasicDigitalTwin twin = get(device.getDeviceId());
        assertEquals(device.getDeviceId(), twin.getId());
        assertEquals(MODEL, twin.getMetadata().getModelId());
        assertEquals(21.0, twin.getCustomProperties().get("targetTemperature"));
        WritableProperty seen = twin.getMetadata().getWriteableProperties().get("targetTemperature");
        assertEquals(21.5, seen.getDesiredValue());
        assertEquals(200, seen.getAckCode());
        assertEquals(2, seen.getAckVersion());
        assertEquals("done", seen.getAckDescription());
        assertTrue(Math.abs(seen.getLastUpdateTime().getTime() - System.currentTimeMillis()) < 60_000);
        client.close();
    }

    @Test
    void a_component_is_added_replaced_and_removed() throws Exception {
        String id = device().getDeviceId();
        twins.updateDigitalTwin(
                id,
                new UpdateOperationUtility()
                        .appendAddComponentOperation("/thermostat1", new HashMap<>(Map.of("low", 1, "high", 9)))
                        .getUpdateOperations());
        twins.updateDigitalTwin(
                id,
                new UpdateOperationUtility()
                        .appendReplaceComponentOperation("/thermostat1", new HashMap<>(Map.of("low", 2)))
                        .appendAddPropertyOperation("/thermostat2/low", 3)
                        .getUpdateOperations());
        Map<String, Object> components = get(id).getCustomProperties();
        assertEquals(
                Map.of("$metadata", Map.of("low", Map.of("desiredValue", 2, "desiredVersion", 3))),
                components.get("thermostat1"));
        twins.updateDigitalTwin(
                id,
                new UpdateOperationUtility()
                        .appendRemoveComponentOperation("/thermostat1")
                        .appendRemovePropertyOperation("/thermostat2/low")
                        .getUpdateOperations());
        assertEquals(Map.of(), get(id).getCustomProperties());
    }

    @Test
    void a_change_is_guarded_by_the_etag() throws Exception {
        String id = device().getDeviceId();
        List<Object> patch = new UpdateOperationUtility()
                .appendReplacePropertyOperation("/fanSpeed", 1)
                .getUpdateOperations();
        String first = asyncTwins
                .getDigitalTwinWithResponse(id, String.class)
                .toBlocking()
                .single()
                .headers()
                .eTag();
        DigitalTwinUpdateRequestOptions ifFirst = new DigitalTwinUpdateRequestOptions();
        ifFirst.setIfMatch(first);
        var updated = twins.updateDigitalTwinWithResponse(id, patch, ifFirst).headers();
        assertNotEquals(first, updated.eTag());
        assertEquals("https://" + server.hostName() + "/digitaltwins/" + id, updated.location());
        RestException refused = assertThrows(
                RestException.class, () -> twins.updateDigitalTwinWithResponse(id, patch, ifFirst));
        assertEquals(412, status(refused));
        asyncTwins.updateDigitalTwin(id, patch).toBlocking().single();
    }

    @ParameterizedTest(name = "commands of a device and of a component are answered over {0}", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"MQTT", "AMQPS"})
    void commands_are_answered(IotHubClientProtocol protocol) throws Exception {
        Device device = device();
        DeviceClient client = open(device, protocol);
        client.subscribeToMethods(
                (name, payload, context) -> new DirectMethodResponse(
                        name.contains("*") ? 201 : 200, Map.of("called", name, "with", payload.getPayloadAsJsonString())),
                null);
        DigitalTwinInvokeCommandRequestOptions options = new DigitalTwinInvokeCommandRequestOptions();
        options.setConnectTimeoutInSeconds(15);
        options.setResponseTimeoutInSeconds(20);
        String id = device.getDeviceId();

        var root = twins.invokeCommandWithResponse(id, "reboot", "{\"delay\":5}", options);
        assertEquals(200, root.body().getStatus());
        assertEquals(
                Map.of("called", "reboot", "with", "{\"delay\":5}"),
                new Gson().fromJson(root.body().getPayload(String.class), Map.class));
        assertEquals(36, root.headers().getRequestId().length());

        var ofComponent = asyncTwins
                .invokeComponentCommandWithResponse(id, "thermostat1", "report", "\"2026-11-23\"", options)
                .toBlocking()
                .single()
                .body();
        assertEquals(201, ofComponent.getStatus());
        assertEquals(
                Map.of("called", "thermostat1*report", "with", "\"2026-11-23\""),
                new Gson().fromJson(ofComponent.getPayload(String.class), Map.class));
        // This client sends an empty text where it is given nothing.
        assertEquals(200, twins.invokeCommand(id, "reboot").getStatus());
        assertEquals(201, asyncTwins.invokeComponentCommand(id, "thermostat1", "report").toBlocking().single().getStatus());
        client.close();
    }

    @Test
    void what_is_not_there_is_told() throws Exception {
        String nobody = freshId("java-nobody");
        // Where it asks for something, this client takes a 404 for nothing.
        assertNull(get(nobody));
        assertEquals(404, status(assertThrows(RestException.class, () -> twins.updateDigitalTwin(nobody, List.of()))));
        assertEquals(404, status(assertThrows(RestException.class, () -> twins.invokeCommand(nobody, "reboot", "1"))));
        String offline = device().getDeviceId();
        assertNull(get(offline).getMetadata().getModelId());
        RestException refused =
                assertThrows(RestException.class, () -> twins.invokeComponentCommand(offline, "thermostat1", "reboot", "1"));
        assertEquals(404, status(refused));
        assertTrue(refused.getMessage().contains("is not connected"), refused.getMessage());
    }
}
