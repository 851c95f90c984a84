package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.hub.fault.FaultKind;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.tls.report.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices that ask for faults over MQTT, with a client that does exactly what it is told. */
final class FaultsOverMqttTest {
    private static final int QOS1 = 0x32;
    private static final String EVENTS = "devices/dev1/messages/events/";
    private static final String TYPE = EVENTS + "AzIoTHub_FaultOperationType=";
    private static final String DELAY = "&AzIoTHub_FaultOperationDelayInSecs=";
    private static final String DURATION = "&AzIoTHub_FaultOperationDurationInSecs=";

    private final TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    private static void publish(RawClient client, int id, String topic) throws IOException {
        client.publish(QOS1, id, topic, ("m" + id).getBytes(StandardCharsets.UTF_8));
    }

    private List<String> bodies() {
        return server.hub1.stored().stream()
                .map(StoredMessage::message)
                .map(message -> new String(message.body(), StandardCharsets.UTF_8))
                .toList();
    }

    /** The code that CONNECT is answered with. */
    private int connack(String device) throws IOException {
        try (RawClient client = server.open()) {
            client.connect(
                    device,
                    server.hub1.hostName + "/" + device + "/?api-version=2021-04-12",
                    server.hub1.token(device));
            return client.connack();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"KillTcp", "ShutDownMqtt"})
    void what_breaks_the_connection_is_neither_stored_nor_acknowledged(String kind) throws IOException {
        try (RawClient client = server.connected("dev1");
                RawClient other = server.connected("dev2")) {
            publish(client, 1, EVENTS);
            assertThat(client.puback()).isEqualTo(1);
            publish(client, 2, TYPE + kind + "&AzIoTHub_FaultOperationCloseReason=boom");
            assertThat(client.isClosed()).isTrue();
            other.ping();
        }
        assertThat(bodies()).containsExactly("m1");
        TestServer.await("the report", () -> server.reasons().contains("FaultInjected"));
        Report report = server.reports.getFirst();
        assertThat(report.device()).isEqualTo("dev1");
        assertThat(report.explanation()).contains("injected fault", kind + " ('boom')", "--fault-injection");
        assertThat(server.hub1.hub.faults().counts())
                .containsEntry(kind.equals("KillTcp") ? FaultKind.KILL_TCP : FaultKind.SHUT_DOWN_MQTT, 1L);
        assertThat(connack("dev1")).as("it may come in again").isZero();
    }

    @Test
    void until_its_time_has_come_the_connection_serves_on() throws IOException {
        try (RawClient client = server.connected("dev1")) {
            publish(client, 1, TYPE + "KillTcp" + DELAY + "300");
            publish(client, 2, EVENTS);
            TestServer.await("stored", () -> bodies().equals(List.of("m2")));
            client.ping();
        }
        assertThat(server.reasons()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"InvokeThrottling,3", "InvokeMaxMessageQuota,3", "InvokeAuthError,5"})
    void requests_are_refused_for_their_time_and_of_that_device_alone(String kind, int code) throws IOException {
        try (RawClient client = server.connected("dev1")) {
            publish(client, 1, TYPE + kind + DELAY + "1" + DURATION + "20");
            assertThat(client.puback()).isEqualTo(1);
            publish(client, 2, EVENTS);
            assertThat(client.puback()).as("not yet").isEqualTo(2);
            server.clock.advance(Duration.ofSeconds(1));
            publish(client, 3, EVENTS);
            assertThat(client.puback()).isEqualTo(-1);
        }
        assertThat(connack("dev1")).isEqualTo(code);
        assertThat(connack("dev2")).isZero();
        server.hub1.delete("dev1");
        server.hub1.register("dev1");
        assertThat(connack("dev1")).as("made anew").isZero();
        assertThat(bodies()).containsExactly("m2");
        assertThat(server.reasons()).containsExactly("RequestRefusedByFault", "RequestRefusedByFault");
    }

    @Test
    void its_time_over_it_may_come_in_again() throws IOException {
        try (RawClient client = server.connected("dev1")) {
            publish(client, 1, TYPE + "InvokeAuthError" + DURATION + "20");
            assertThat(client.puback()).isEqualTo(1);
        }
        assertThat(connack("dev1")).isEqualTo(5);
        server.clock.advance(Duration.ofSeconds(20));
        assertThat(connack("dev1")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "KillEverything,FaultMalformed",
        "KillTcp&AzIoTHub_FaultOperationDelayInSecs=soon,FaultMalformed",
        "KillAmqpSession,FaultImpossible",
        "ShutDownAmqp,FaultImpossible"
    })
    void what_is_no_fault_of_mqtt_is_refused(String asked, String reason) throws IOException {
        try (RawClient client = server.connected("dev1")) {
            publish(client, 1, TYPE + asked);
            assertThat(client.puback()).isEqualTo(-1);
        }
        assertThat(server.reasons()).containsExactly(reason);
        assertThat(server.hub1.stored()).isEmpty();
    }

    @Test
    void so_many_faults_wait_on_a_connection_and_no_more() throws IOException {
        try (RawClient client = server.connected("dev1")) {
            for (int id = 1; id <= 9; id++) {
                publish(client, id, TYPE + "KillTcp" + DELAY + "300");
            }
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(server.reasons()).containsExactly("TooManyFaults");
    }

    @Test
    void a_will_that_is_refused_is_a_report_beside_that_of_the_message_before_it() throws IOException {
        try (RawClient client = server.open()) {
            client.connect(
                    "dev1",
                    server.hub1.hostName + "/dev1/?api-version=2021-04-12",
                    server.hub1.token("dev1"),
                    RawClient.CLEAN,
                    EVENTS);
            assertThat(client.connack()).isZero();
            publish(client, 1, TYPE + "InvokeThrottling" + DURATION + "20");
            assertThat(client.puback()).isEqualTo(1);
            publish(client, 2, EVENTS);
            assertThat(client.isClosed()).isTrue();
        }
        TestServer.await("the report of the Will", () -> server.reasons().size() == 2);
        assertThat(server.reasons()).containsOnly("RequestRefusedByFault");
        assertThat(server.hub1.stored()).isEmpty();
    }

    @Test
    void a_will_can_not_ask_for_a_fault() throws IOException {
        try (RawClient client = server.open()) {
            client.connect(
                    "dev1",
                    server.hub1.hostName + "/dev1/?api-version=2021-04-12",
                    server.hub1.token("dev1"),
                    RawClient.CLEAN,
                    TYPE + "KillTcp");
            assertThat(client.connack()).isEqualTo(5);
        }
        assertThat(server.reasons()).containsExactly("WillNotAllowed");
    }
}
