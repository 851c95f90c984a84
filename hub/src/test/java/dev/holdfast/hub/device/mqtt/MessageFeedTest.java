package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.command.CloudMessage;
import dev.holdfast.hub.command.FeedbackWanted;
import dev.holdfast.hub.command.SendMessage;
import dev.holdfast.hub.command.SendResult;
import dev.holdfast.hub.identity.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How cloud-to-device messages reach an MQTT client, and what of them stays when it goes. */
class MessageFeedTest {
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final String FILTER = "devices/dev1/messages/devicebound/#";
    private static final int IN_FLIGHT = Limits.defaults().message().inFlightMax();

    private final TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    private void send(String body) {
        CloudMessage message =
                new CloudMessage(body.getBytes(StandardCharsets.UTF_8), Map.of(), Map.of(), FeedbackWanted.NONE, null);
        assertThat(server.hub1.hub.messages().send(new SendMessage(DEV1, message)))
                .isInstanceOf(SendResult.Queued.class);
    }

    private int waiting() {
        return server.hub1.hub.messages().count(DEV1);
    }

    private RawClient subscribed(int qos) throws IOException {
        RawClient client = server.connected("dev1");
        client.subscribe(1, qos, FILTER);
        assertThat(client.suback()).containsExactly(qos);
        return client;
    }

    private RawClient resumed() throws IOException {
        RawClient client = server.open();
        client.connect(
                "dev1", server.hub1.hostName + "/dev1/?api-version=2021-04-12", server.hub1.token("dev1"), 0, null);
        assertThat(client.connack()).isZero();
        return client;
    }

    @Test
    void a_message_stays_until_the_client_acknowledged_it() throws IOException {
        try (RawClient client = subscribed(1)) {
            send("a");
            RawClient.Received message = client.message();
            assertThat(message.topic()).startsWith("devices/dev1/messages/devicebound/%24.exp=");
            assertThat(message.body()).isEqualTo("a");
            assertThat(message.qos()).isEqualTo(1);
            assertThat(waiting()).isEqualTo(1);
            client.acknowledge(message.packetId());
            TestServer.await("it is gone", () -> waiting() == 0);
        }
    }

    @Test
    void with_qos_0_a_message_is_done_when_it_was_handed_to_the_network() throws IOException {
        try (RawClient client = subscribed(0)) {
            send("a");
            assertThat(client.message().qos()).isZero();
            TestServer.await("it is gone", () -> waiting() == 0);
        }
    }

    @Test
    void what_was_not_acknowledged_comes_again_in_order_and_first() throws IOException {
        try (RawClient client = resumed()) {
            client.subscribe(1, 1, FILTER);
            assertThat(client.suback()).containsExactly(1);
            send("a");
            send("b");
            client.message();
            RawClient.Received second = client.message();
            client.acknowledge(second.packetId());
            TestServer.await("b is gone", () -> waiting() == 1);
        }
        send("c");
        try (RawClient client = resumed()) {
            // Kept subscriptions count from the moment of the connection.
            RawClient.Received first = client.message();
            RawClient.Received second = client.message();
            assertThat(first.body()).isEqualTo("a");
            assertThat(second.body()).isEqualTo("c");
            client.acknowledge(first.packetId());
            client.acknowledge(second.packetId());
            TestServer.await("all are gone", () -> waiting() == 0);
        }
    }

    @Test
    void a_client_is_given_a_few_at_a_time() throws IOException {
        try (RawClient client = subscribed(1)) {
            for (int i = 0; i < IN_FLIGHT + 2; i++) {
                send("m" + i);
            }
            int[] ids = new int[IN_FLIGHT];
            for (int i = 0; i < IN_FLIGHT; i++) {
                RawClient.Received message = client.message();
                assertThat(message.body()).isEqualTo("m" + i);
                ids[i] = message.packetId();
            }
            client.ping();
            assertThat(client.isQuiet()).isTrue();
            client.acknowledge(ids[0]);
            assertThat(client.message().body()).isEqualTo("m" + IN_FLIGHT);
        }
    }

    @Test
    void an_older_connection_completes_nothing_that_a_newer_one_was_given() throws IOException {
        try (RawClient older = subscribed(1)) {
            send("a");
            RawClient.Received first = older.message();
            try (RawClient newer = subscribed(1)) {
                RawClient.Received again = newer.message();
                assertThat(again.body()).isEqualTo("a");
                try {
                    older.acknowledge(first.packetId());
                } catch (IOException closed) {
                    assertThat(closed).isNotNull();
                }
                newer.ping();
                assertThat(waiting()).isEqualTo(1);
                newer.acknowledge(again.packetId());
                TestServer.await("it is gone", () -> waiting() == 0);
            }
        }
    }

    @Test
    void who_is_not_subscribed_is_given_nothing() throws IOException {
        try (RawClient client = server.connected("dev1")) {
            send("a");
            client.ping();
            assertThat(client.isQuiet()).isTrue();
            assertThat(waiting()).isEqualTo(1);
        }
    }
}
