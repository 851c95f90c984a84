package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubMessageResult;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.transport.ExponentialBackoffWithJitter;
import com.microsoft.azure.sdk.iot.device.transport.IotHubConnectionStatus;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import com.microsoft.azure.sdk.iot.service.messaging.IotHubServiceClientProtocol;
import com.microsoft.azure.sdk.iot.service.messaging.MessagingClient;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodRequestOptions;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodsClient;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.twin.Twin;
import com.microsoft.azure.sdk.iot.service.twin.TwinClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The fault messages that the Java SDK's own end-to-end tests send, as they send them: the client is disconnected, tries again, and goes on. */
final class FaultInjectionTests {
    /** Of the Java suite: its delay, its duration, and the expiry that keeps a message from being sent too often. */
    private static final String DELAY_SECONDS = "1";

    private static final String DURATION_SECONDS = "5";
    private static final int EXPIRY_MILLIS = 200;
    private static final long RECOVERY_SECONDS = 120;

    private static final List<String> OVER_AMQP = List.of(
            "KillTcp",
            "KillAmqpConnection",
            "KillAmqpSession",
            "KillAmqpCBSLinkReq",
            "KillAmqpCBSLinkResp",
            "KillAmqpD2CLink",
            "KillAmqpC2DLink",
            "KillAmqpTwinLinkReq",
            "KillAmqpTwinLinkResp",
            "KillAmqpMethodReqLink",
            "KillAmqpMethodRespLink",
            "ShutDownAmqp");

    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();

    static Stream<Arguments> faults() {
        return Stream.of(IotHubClientProtocol.values()).flatMap(protocol -> switch (protocol) {
            case AMQPS, AMQPS_WS -> OVER_AMQP.stream().map(kind -> Arguments.of(protocol, kind));
            case MQTT, MQTT_WS -> Stream.of("KillTcp", "ShutDownMqtt").map(kind -> Arguments.of(protocol, kind));
            // Nothing is there to be dropped between two requests; its suite leaves them out as well.
            case HTTPS -> Stream.empty();
        });
    }

    @ParameterizedTest(name = "the Java SDK recovers from {1} over {0}", quoteTextArguments = false)
    @MethodSource("faults")
    void recovers(IotHubClientProtocol protocol, String kind) throws Exception {
        Device device = server.registry().addDevice(new Device(freshId("java-fault")));
        DeviceClient client = server.client(server.connectionString(device), trust.sslContext(), protocol);
        client.setRetryPolicy(new ExponentialBackoffWithJitter());
        BlockingQueue<IotHubConnectionStatus> statuses = new LinkedBlockingQueue<>();
        client.setConnectionStatusChangeCallback(change -> statuses.add(change.getNewStatus()), null);
        Set<String> messages = ConcurrentHashMap.newKeySet();
        client.setMessageCallback(
                (message, context) -> {
                    messages.add(new String(message.getBytes(), StandardCharsets.UTF_8));
                    return IotHubMessageResult.COMPLETE;
                },
                null);
        client.open(false);
        client.subscribeToMethods((method, payload, context) -> new DirectMethodResponse(200, "pong"), null);
        BlockingQueue<String> desired = new LinkedBlockingQueue<>();
        client.subscribeToDesiredProperties(
                (change, context) -> desired.add(String.valueOf(change.getDesiredProperties().get("id"))), null);
        await(statuses, IotHubConnectionStatus.CONNECTED);

        Message fault = new Message("fault");
        fault.setProperty("AzIoTHub_FaultOperationType", kind);
        fault.setProperty("AzIoTHub_FaultOperationCloseReason", kind.startsWith("ShutDown") ? "byebye" : "boom");
        fault.setProperty("AzIoTHub_FaultOperationDelayInSecs", DELAY_SECONDS);
        fault.setProperty("AzIoTHub_FaultOperationDurationInSecs", DURATION_SECONDS);
        fault.setExpiryTime(EXPIRY_MILLIS);
        client.sendEventAsync(fault, (sent, failure, context) -> {}, null);

        server.awaitLogged("FaultInjected", device.getDeviceId());
        await(statuses, IotHubConnectionStatus.DISCONNECTED_RETRYING);
        await(statuses, IotHubConnectionStatus.CONNECTED);
        works(device, client, messages, desired);
        client.close();
    }

    private void works(Device device, DeviceClient client, Set<String> messages, BlockingQueue<String> desired)
            throws Exception {
        String id = device.getDeviceId();
        var answer = new DirectMethodsClient(server.serviceConnectionString())
                .invoke(
                        id,
                        "ping",
                        DirectMethodRequestOptions.builder()
                                .payload("{}")
                                .methodResponseTimeoutSeconds(30)
                                .methodConnectTimeoutSeconds(60)
                                .build());
        assertEquals(200, answer.getStatus());
        MessagingClient sender =
                new MessagingClient(server.serviceConnectionString(), IotHubServiceClientProtocol.AMQPS);
        sender.open();
        sender.send(id, new com.microsoft.azure.sdk.iot.service.messaging.Message("c2d " + id));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RECOVERY_SECONDS);
        while (!messages.contains("c2d " + id)) {
            assertTrue(System.nanoTime() < end, "the message was not received");
            TimeUnit.MILLISECONDS.sleep(100);
        }
        sender.close();
        client.sendEvent(new Message("after"));
        TwinCollection reported = new TwinCollection();
        reported.put("after", id);
        report(client, reported);
        TwinClient twins = new TwinClient(server.serviceConnectionString());
        String heard = null;
        for (int round = 0; round < RECOVERY_SECONDS && heard == null; round++) {
            Twin wanted = new Twin(id);
            wanted.getDesiredProperties().put("id", id + round);
            twins.patch(wanted);
            heard = desired.poll(1, TimeUnit.SECONDS);
        }
        assertTrue(heard != null, "a change of desired properties was not heard");
        assertEquals(1, server.telemetry(id, 1).size(), "a fault message is not stored");
    }

    /** Right behind a reconnect over AMQP the SDK sometimes hears of no answer to its first report, and says so after a minute. */
    private static void report(DeviceClient client, TwinCollection reported) throws Exception {
        try {
            client.updateReportedProperties(reported);
        } catch (IotHubClientException timedOut) {
            client.updateReportedProperties(reported);
        }
    }

    private static void await(BlockingQueue<IotHubConnectionStatus> statuses, IotHubConnectionStatus wanted)
            throws InterruptedException {
        IotHubConnectionStatus next;
        do {
            next = statuses.poll(RECOVERY_SECONDS, TimeUnit.SECONDS);
            assertTrue(next != null, "the client was not " + wanted);
        } while (next != wanted);
    }
}
