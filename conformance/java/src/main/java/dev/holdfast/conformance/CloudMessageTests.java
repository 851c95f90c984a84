package dev.holdfast.conformance;

import static dev.holdfast.conformance.TestServer.freshId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubMessageResult;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.ModuleClient;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubNotFoundException;
import com.microsoft.azure.sdk.iot.service.messaging.AcknowledgementType;
import com.microsoft.azure.sdk.iot.service.messaging.DeliveryAcknowledgement;
import com.microsoft.azure.sdk.iot.service.messaging.FeedbackRecord;
import com.microsoft.azure.sdk.iot.service.messaging.FeedbackStatusCode;
import com.microsoft.azure.sdk.iot.service.messaging.IotHubServiceClientProtocol;
import com.microsoft.azure.sdk.iot.service.messaging.MessageFeedbackProcessorClient;
import com.microsoft.azure.sdk.iot.service.messaging.MessagingClient;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.registry.Module;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cloud-to-device messages with the Java SDKs: its service client sends, its device and module clients receive over every protocol. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CloudMessageTests {
    private final TestServer server = new TestServer();
    private final Trust trust = Trust.ofServer();
    private final MessagingClient sender =
            new MessagingClient(server.serviceConnectionString(), IotHubServiceClientProtocol.AMQPS);

    @BeforeAll
    void open() throws Exception {
        sender.open();
    }

    @AfterAll
    void close() throws Exception {
        sender.close();
    }

    @ParameterizedTest(name = "a message arrives whole over {0}", quoteTextArguments = false)
    @EnumSource(IotHubClientProtocol.class)
    void a_message_arrives_whole(IotHubClientProtocol protocol) throws Exception {
        Device device = device();
        var message = message("für dich");
        message.setCorrelationId("c-1");
        message.setProperties(Map.of("plain", "value", "odd", "a b/c&d=e?f%h"));
        sender.send(device.getDeviceId(), message);
        sender.send(device.getDeviceId(), message("second"));
        Receiver receiver = new Receiver(IotHubMessageResult.COMPLETE);
        DeviceClient client = open(device, protocol, receiver);

        Message got = receiver.next();
        assertEquals("für dich", text(got));
        assertEquals(message.getMessageId(), got.getMessageId());
        assertEquals("c-1", got.getCorrelationId());
        assertEquals("value", got.getProperty("plain"));
        assertEquals("a b/c&d=e?f%h", got.getProperty("odd"));
        assertEquals("second", text(receiver.next()));
        sender.send(device.getDeviceId(), message("third"));
        assertEquals("third", text(receiver.next()));
        awaitWaiting(device, 0);
        client.close();
    }

    /** Over MQTT there is no way to give a message back or to turn it down. */
    @ParameterizedTest(name = "a message that is given back over {0} comes again", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS", "HTTPS"})
    void a_message_that_is_given_back_comes_again(IotHubClientProtocol protocol) throws Exception {
        Device device = device();
        sender.send(device.getDeviceId(), message("again"));
        Receiver receiver = new Receiver(IotHubMessageResult.ABANDON, IotHubMessageResult.COMPLETE);
        DeviceClient client = open(device, protocol, receiver);
        assertEquals("again", text(receiver.next()));
        assertEquals("again", text(receiver.next()));
        awaitWaiting(device, 0);
        client.close();
    }

    @ParameterizedTest(name = "a message that is turned down over {0} is gone", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"AMQPS", "AMQPS_WS", "HTTPS"})
    void a_message_that_is_turned_down_is_gone(IotHubClientProtocol protocol) throws Exception {
        Device device = device();
        sender.send(device.getDeviceId(), message("no"));
        Receiver receiver = new Receiver(IotHubMessageResult.REJECT);
        DeviceClient client = open(device, protocol, receiver);
        assertEquals("no", text(receiver.next()));
        awaitWaiting(device, 0);
        client.close();
    }

    @ParameterizedTest(name = "a module receives over {0} what is sent to it", quoteTextArguments = false)
    @EnumSource(
            value = IotHubClientProtocol.class,
            names = {"MQTT", "AMQPS", "AMQPS_WS"})
    void a_module_receives(IotHubClientProtocol protocol) throws Exception {
        Module module = server.registry()
                .addModule(new Module(device().getDeviceId(), freshId("java-module")));
        String connectionString = "HostName=" + server.hostName() + ";DeviceId=" + module.getDeviceId() + ";ModuleId="
                + module.getId() + ";SharedAccessKey=" + module.getPrimaryKey();
        Receiver receiver = new Receiver(IotHubMessageResult.COMPLETE);
        ModuleClient client = server.moduleClient(connectionString, trust.sslContext(), protocol);
        client.setMessageCallback(receiver::receive, null);
        client.open(false);
        sender.send(module.getDeviceId(), module.getId(), message("for the module"));
        assertEquals("for the module", text(receiver.next()));
        client.close();
    }

    @ParameterizedTest(name = "the sender hears over {0} what became of messages", quoteTextArguments = false)
    @EnumSource(IotHubServiceClientProtocol.class)
    void the_sender_hears_what_became_of_messages(IotHubServiceClientProtocol protocol) throws Exception {
        BlockingQueue<FeedbackRecord> heard = new LinkedBlockingQueue<>();
        var processor = new MessageFeedbackProcessorClient(server.serviceConnectionString(), protocol, batch -> {
            heard.addAll(batch.getRecords());
            return AcknowledgementType.COMPLETE;
        });
        processor.start();
        MessagingClient own = new MessagingClient(server.serviceConnectionString(), protocol);
        own.open();
        Device device = device();
        Map<String, FeedbackStatusCode> wanted = new HashMap<>();
        for (FeedbackStatusCode code : List.of(FeedbackStatusCode.success, FeedbackStatusCode.rejected)) {
            var message = message("with feedback");
            message.setDeliveryAcknowledgement(DeliveryAcknowledgement.Full);
            own.send(device.getDeviceId(), message);
            wanted.put(message.getMessageId(), code);
        }
        own.close();
        Receiver receiver = new Receiver(IotHubMessageResult.COMPLETE, IotHubMessageResult.REJECT);
        DeviceClient client = open(device, IotHubClientProtocol.AMQPS, receiver);
        while (!wanted.isEmpty()) {
            FeedbackRecord record = heard.poll(40, TimeUnit.SECONDS);
            assertNotNull(record, "feedback about " + wanted);
            FeedbackStatusCode expected = wanted.remove(record.getOriginalMessageId());
            if (expected != null) {
                assertEquals(expected, record.getStatusCode());
                assertEquals(device.getDeviceId(), record.getDeviceId());
                assertEquals(device.getGenerationId(), record.getDeviceGenerationId());
            }
        }
        client.close();
        processor.stop();
    }

    @Test
    void a_message_to_nobody_is_refused() {
        assertThrows(IotHubNotFoundException.class, () -> sender.send(freshId("java-nobody"), message("x")));
    }

    private Device device() throws Exception {
        return server.registry().addDevice(new Device(freshId("java-c2d")));
    }

    private DeviceClient open(Device device, IotHubClientProtocol protocol, Receiver receiver) throws Exception {
        DeviceClient client = server.client(server.connectionString(device), trust.sslContext(), protocol);
        client.setMessageCallback(receiver::receive, null);
        client.open(false);
        return client;
    }

    private void awaitWaiting(Device device, int count) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (server.registry().getDevice(device.getDeviceId()).getCloudToDeviceMessageCount() != count) {
            assertEquals(true, System.nanoTime() < end, "no more than " + count + " messages wait");
        }
    }

    private static com.microsoft.azure.sdk.iot.service.messaging.Message message(String text) {
        var message = new com.microsoft.azure.sdk.iot.service.messaging.Message(text);
        message.setMessageId(freshId("message"));
        return message;
    }

    private static String text(Message message) {
        return new String(message.getBytes(), StandardCharsets.UTF_8);
    }

    /** What a client received; settles as it is told, one after the other, and from then on as the last time. */
    private static final class Receiver {
        private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
        private final IotHubMessageResult[] results;
        private int count;

        Receiver(IotHubMessageResult... results) {
            this.results = results;
        }

        synchronized IotHubMessageResult receive(Message message, Object context) {
            received.add(message);
            return results[Math.min(count++, results.length - 1)];
        }

        Message next() throws InterruptedException {
            Message message = received.poll(20, TimeUnit.SECONDS);
            assertNotNull(message, "a message");
            return message;
        }
    }
}
