package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.microsoft.azure.sdk.iot.service.digitaltwin.DigitalTwinClient;
import com.microsoft.azure.sdk.iot.service.digitaltwin.UpdateOperationUtility;
import com.microsoft.azure.sdk.iot.service.digitaltwin.serialization.BasicDigitalTwin;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubNotFoundException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubPreconditionFailedException;
import com.microsoft.azure.sdk.iot.service.messaging.AcknowledgementType;
import com.microsoft.azure.sdk.iot.service.messaging.DeliveryAcknowledgement;
import com.microsoft.azure.sdk.iot.service.messaging.FeedbackRecord;
import com.microsoft.azure.sdk.iot.service.messaging.FeedbackStatusCode;
import com.microsoft.azure.sdk.iot.service.messaging.IotHubServiceClientProtocol;
import com.microsoft.azure.sdk.iot.service.messaging.Message;
import com.microsoft.azure.sdk.iot.service.messaging.MessageFeedbackProcessorClient;
import com.microsoft.azure.sdk.iot.service.messaging.MessagingClient;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodRequestOptions;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodsClient;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.registry.DeviceStatus;
import com.microsoft.azure.sdk.iot.service.registry.Module;
import com.microsoft.azure.sdk.iot.service.registry.RegistryClient;
import com.microsoft.azure.sdk.iot.service.twin.Twin;
import com.microsoft.azure.sdk.iot.service.twin.TwinClient;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The Java service SDK as a client of the matrix: each feature by itself. What takes a device is told which one is there. */
final class MatrixService {
    private static final int SECONDS = 20;

    private final String hub;
    private final String device;
    private final IotHubServiceClientProtocol protocol;

    MatrixService(JsonObject with) {
        hub = with.get("connectionString").getAsString();
        device = with.has("deviceId") ? with.get("deviceId").getAsString() : "";
        protocol = with.get("transport").getAsString().equals("AMQP-WS")
                ? IotHubServiceClientProtocol.AMQPS_WS
                : IotHubServiceClientProtocol.AMQPS;
    }

    void run(String feature, String text) throws Exception {
        switch (feature) {
            case "identities" -> identities();
            case "modules" -> modules();
            case "statistics" -> assertTrue(new RegistryClient(hub).getStatistics().getTotalDeviceCount() > 0);
            case "twins" -> twins();
            case "methods" -> methods();
            case "digitalTwins" -> digitalTwins();
            case "send" -> send(new Message(text));
            case "feedback" -> feedback();
            default -> throw new IllegalArgumentException("no such feature");
        }
    }

    private void identities() throws Exception {
        RegistryClient registry = new RegistryClient(hub);
        Device made = registry.addDevice(new Device(freshId("java-matrix")));
        made.setStatus(DeviceStatus.Disabled);
        registry.updateDevice(made);
        assertEquals(DeviceStatus.Disabled, registry.getDevice(made.getDeviceId()).getStatus());
        registry.removeDevice(made.getDeviceId());
        assertThrows(IotHubNotFoundException.class, () -> registry.getDevice(made.getDeviceId()));
    }

    private void modules() throws Exception {
        RegistryClient registry = new RegistryClient(hub);
        Device owner = registry.addDevice(new Device(freshId("java-matrix")));
        Module module = registry.addModule(new Module(owner.getDeviceId(), freshId("java-module")));
        assertEquals(1, registry.getModulesOnDevice(owner.getDeviceId()).size());
        registry.removeModule(owner.getDeviceId(), module.getId());
        assertEquals(0, registry.getModulesOnDevice(owner.getDeviceId()).size());
    }

    private void twins() throws Exception {
        TwinClient twins = new TwinClient(hub);
        Twin wanted = new Twin(new RegistryClient(hub)
                .addDevice(new Device(freshId("java-matrix")))
                .getDeviceId());
        wanted.getTags().put("floor", 3);
        twins.patch(wanted);
        Twin stale = twins.get(wanted.getDeviceId());
        assertEquals(3.0, ((Number) stale.getTags().get("floor")).doubleValue());
        wanted.getTags().put("floor", 4);
        twins.patch(wanted);
        assertThrows(IotHubPreconditionFailedException.class, () -> twins.patch(stale, stale.getETag()));
    }

    private void methods() throws Exception {
        DirectMethodRequestOptions options = DirectMethodRequestOptions.builder()
                .payload("x")
                .methodConnectTimeoutSeconds(10)
                .build();
        var answer = new DirectMethodsClient(hub).invoke(device, "echo", options);
        assertEquals(201, answer.getStatus());
        assertEquals("\"x\"", answer.getPayloadAsJsonString());
    }

    private void digitalTwins() {
        DigitalTwinClient twins = new DigitalTwinClient(hub);
        twins.updateDigitalTwin(
                device,
                new UpdateOperationUtility()
                        .appendAddPropertyOperation("/target", 21)
                        .getUpdateOperations());
        assertEquals(
                21,
                ((Number) twins.getDigitalTwin(device, BasicDigitalTwin.class)
                                .getMetadata()
                                .getWriteableProperties()
                                .get("target")
                                .getDesiredValue())
                        .intValue());
        var answer = twins.invokeCommand(device, "echo", "\"x\"");
        assertEquals(201, answer.getStatus());
    }

    private void send(Message message) throws Exception {
        MessagingClient client = new MessagingClient(hub, protocol);
        client.open();
        try {
            client.send(device, message);
        } finally {
            client.close();
        }
    }

    /** The device of the matrix completes what it is sent. */
    private void feedback() throws Exception {
        BlockingQueue<FeedbackRecord> heard = new LinkedBlockingQueue<>();
        var processor = new MessageFeedbackProcessorClient(hub, protocol, batch -> {
            heard.addAll(batch.getRecords());
            return AcknowledgementType.COMPLETE;
        });
        processor.start();
        try {
            Message message = new Message("with feedback");
            message.setMessageId(freshId("message"));
            message.setDeliveryAcknowledgement(DeliveryAcknowledgement.Full);
            send(message);
            FeedbackRecord record;
            do {
                record = heard.poll(SECONDS, TimeUnit.SECONDS);
                assertNotNull(record, "what became of the message");
            } while (!record.getOriginalMessageId().equals(message.getMessageId()));
            assertEquals(FeedbackStatusCode.success, record.getStatusCode());
        } finally {
            processor.stop();
        }
    }
}
