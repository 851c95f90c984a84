package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.TestHub;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.hub.telemetry.StoredMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a connected device may subscribe to, what is kept of it, and how its connection ends. */
class DeviceSessionTest {
    private static final int QOS1 = 0x32;
    private static final int RETAIN = 0x01;
    private static final byte[] BODY = "{\"t\":20}".getBytes(StandardCharsets.UTF_8);
    private static final String EVENTS = "devices/dev1/messages/events/";
    private static final String QUERY = "/?api-version=2021-04-12";

    private final TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    // --- subscriptions and sessions ---

    @Test
    void ofFiltersTheKnownOnesOfOneselfAreGranted() throws IOException {
        try (RawClient client = server.connected("dev1")) {
            client.subscribe(1, 2, "devices/dev1/messages/devicebound/#", "devices/dev2/messages/devicebound/#", "#");
            assertThat(client.suback()).containsExactly(1, 0x80, 0x80);
            client.subscribe(2, 0, "$iothub/twin/res/#", "$share/g/devices/dev2/messages/devicebound/#");
            assertThat(client.suback()).containsExactly(0, 0x80);
        }
    }

    @Test
    void aSessionIsPresentWhenItWasKept() throws IOException {
        assertThat(present(0)).as("the first connection").isFalse();
        assertThat(present(0)).as("kept, though nothing was subscribed").isTrue();
        assertThat(present(RawClient.CLEAN))
                .as("a clean session is never present")
                .isFalse();
        assertThat(present(0)).as("wiped by the clean one").isFalse();
        assertThat(present(0)).isTrue();
        server.hub1.delete("dev1");
        server.hub1.register("dev1");
        assertThat(present(0)).as("the device was created again").isFalse();
        assertThat(present(0)).isTrue();
        assertThat(presentAfterRestart()).as("kept over a restart").isTrue();
    }

    private boolean present(int flags) throws IOException {
        try (RawClient client = server.open()) {
            client.connect("dev1", server.hub1.hostName + "/dev1" + QUERY, server.hub1.token("dev1"), flags, null);
            boolean present = client.sessionPresent();
            client.subscribe(1, 1, "devices/dev1/messages/devicebound/#");
            assertThat(client.suback()).containsExactly(1);
            client.disconnect();
            assertThat(client.isClosed()).isTrue();
            return present;
        }
    }

    private boolean presentAfterRestart() throws IOException {
        // A new hub over the same table: nothing but the table remembers.
        TestHub again = new TestHub("hub1", server.table, server.clock);
        return new MqttSessions(again.table, again.hub.name())
                .resume(Identity.of(new DeviceId("dev1")), server.hub1.generation("dev1"))
                .present();
    }

    @Test
    void aReconnectThatFindsItsSessionWritesNothing() throws IOException {
        assertThat(present(0)).isFalse();
        int writes = server.table.writes();
        for (int i = 0; i < 3; i++) {
            assertThat(present(0)).isTrue();
        }
        assertThat(server.table.writes()).isEqualTo(writes);
    }

    // --- the end ---

    @Test
    void aWillIsTelemetryWhenTheClientGoesWithoutAWord() throws IOException {
        withWill(EVENTS + "a=1", 0x08).close();
        TestServer.await("the Will", () -> server.hub1.stored().size() == 1);
        StoredMessage will = server.hub1.stored().getFirst();
        assertThat(new String(will.message().body(), StandardCharsets.UTF_8)).isEqualTo("last words");
        assertThat(will.message().properties()).containsExactly(entry("a", "1"), entry("iothub-MessageType", "Will"));
        assertThat(will.stamp().sender().toString()).isEqualTo("dev1");
    }

    @Test
    void aRetainedWillSaysSo() throws IOException {
        withWill("devices/dev1/messages/events", 0x20).close();
        TestServer.await("the Will", () -> server.hub1.stored().size() == 1);
        assertThat(server.hub1.stored().getFirst().message().properties())
                .containsExactly(entry("mqtt-retain", "true"), entry("iothub-MessageType", "Will"));
    }

    @Test
    void aWillIsDroppedByDisconnect() throws IOException {
        try (RawClient client = withWill(EVENTS, 0)) {
            client.disconnect();
            assertThat(client.isClosed()).isTrue();
        }
        TestServer.await("link gone", () -> server.hub1.links.count() == 0);
        try (RawClient next = server.connected("dev1")) {
            next.publish(QOS1, 1, EVENTS, BODY);
            assertThat(next.puback()).isEqualTo(1);
        }
        assertThat(server.hub1.stored())
                .singleElement()
                .satisfies(message -> assertThat(message.message().properties()).isEmpty());
    }

    @Test
    void aWillIsDueWhenTheHubEndsTheConnection() throws IOException {
        try (RawClient superseded = withWill(EVENTS + "n=1", 0);
                RawClient newer = withWill(EVENTS + "n=2", 0)) {
            assertThat(superseded.isClosed()).isTrue();
            TestServer.await("first Will", () -> server.hub1.stored().size() == 1);
            server.hub1.links.endDevice(new DeviceId("dev1"), new LinkEnd.DeviceDisabled());
            assertThat(newer.isClosed()).isTrue();
            TestServer.await("second Will", () -> server.hub1.stored().size() == 2);
        }
        assertThat(server.hub1.stored())
                .extracting(message -> message.message().properties().get("n"))
                .containsExactly("1", "2");
        assertThat(server.reasons()).containsExactly("SupersededByNewConnection", "DeviceDisabled");
    }

    @Test
    void aWillIsDueWhenTheClientBreaksARule() throws IOException {
        try (RawClient client = withWill(EVENTS, 0)) {
            client.publish(0x34, 1, EVENTS, BODY);
            assertThat(client.isClosed()).isTrue();
        }
        TestServer.await("the Will", () -> server.hub1.stored().size() == 1);
        assertThat(server.reasons()).containsExactly("Qos2NotSupported");
    }

    private static String properties(int count) {
        return IntStream.range(0, count).mapToObj(i -> "k" + i + "=v").collect(Collectors.joining("&"));
    }

    @Test
    void whatTheHubAddsDoesNotCountAgainstTheSender() throws IOException {
        try (RawClient client = server.connected("dev1")) {
            client.publish(QOS1 | RETAIN, 1, EVENTS + properties(64), BODY);
            client.publish(QOS1 | RETAIN, 2, EVENTS, new byte[256 * 1024]);
            assertThat(client.puback()).isEqualTo(1);
            assertThat(client.puback()).isEqualTo(2);
        }
        assertThat(server.hub1.stored().getFirst().message().properties())
                .hasSize(65)
                .containsEntry("mqtt-retain", "true");
        withWill(EVENTS + properties(64), 0x08).close();
        TestServer.await("the Will", () -> server.hub1.stored().size() == 3);
        assertThat(server.hub1.stored().getLast().message().properties())
                .hasSize(65)
                .containsEntry("iothub-MessageType", "Will");
    }

    @Test
    void aWillThatCouldNotBeTakenIsRefusedWhenItIsLeft() throws IOException {
        try (RawClient client = server.open()) {
            client.connect(
                    "dev1",
                    server.hub1.hostName + "/dev1" + QUERY,
                    server.hub1.token("dev1"),
                    RawClient.CLEAN | 0x08,
                    EVENTS + properties(65));
            assertThat(client.connack()).isEqualTo(5);
        }
        assertThat(server.reasons()).containsExactly("WillNotAllowed");
        assertThat(server.reports.getFirst().explanation()).contains("65", "64");
    }

    @Test
    void aWillGoesToTheOwnTopicOnly() throws IOException {
        for (String topic : List.of(
                "devices/dev2/messages/events/",
                "status/dev1",
                "devices/dev1/messages/devicebound/",
                "$iothub/twin/GET/")) {
            try (RawClient client = server.open()) {
                client.connect("dev1", server.hub1.hostName + "/dev1" + QUERY, server.hub1.token("dev1"), 2, topic);
                assertThat(client.connack()).isEqualTo(5);
            }
        }
        assertThat(server.reasons()).hasSize(4).containsOnly("WillNotAllowed");
        assertThat(server.hub1.links.count()).isZero();
    }

    private RawClient withWill(String topic, int willFlags) throws IOException {
        RawClient client = server.open();
        client.connect(
                "dev1",
                server.hub1.hostName + "/dev1" + QUERY,
                server.hub1.token("dev1"),
                RawClient.CLEAN | willFlags,
                topic);
        assertThat(client.connack()).isZero();
        return client;
    }

    @Test
    void theConnectionEndsWithItsToken() throws IOException {
        Duration allowance = Duration.ofMinutes(5);
        Instant expiry = server.clock.instant().plusMillis(200).minus(allowance);
        // se has whole seconds
        server.clock.set(
                Instant.ofEpochSecond(expiry.getEpochSecond()).plus(allowance).minusMillis(200));
        String token = server.hub1.tokenWithExpiry("dev1", Instant.ofEpochSecond(expiry.getEpochSecond()));
        try (RawClient client = server.open()) {
            client.connect("dev1", server.hub1.hostName + "/dev1" + QUERY, token);
            assertThat(client.connack()).isZero();
            client.publish(QOS1, 1, EVENTS, BODY);
            assertThat(client.puback()).isEqualTo(1);
            server.clock.advance(Duration.ofMillis(200));
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(server.reasons()).containsExactly("TokenExpired");
    }

    @Test
    void whoIsConnectedIsKnownUntilItGoes() throws IOException {
        try (RawClient client = server.connected("dev1")) {
            assertThat(server.hub1.links.isConnected(Identity.of(new DeviceId("dev1"))))
                    .isTrue();
            assertThat(server.hub1.links.isConnected(Identity.of(new DeviceId("dev2"))))
                    .isFalse();
            client.disconnect();
        }
        TestServer.await("link gone", () -> server.hub1.links.count() == 0);
        assertThat(server.reports).isEmpty();
    }
}
