package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.AuthenticationMethod;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Thumbprint;
import dev.holdfast.hub.telemetry.Stamp;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.store.StoreException;
import dev.holdfast.tls.peer.PeerIdentity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeviceMqttFaceTest {
    private static final int QOS1 = 0x32;
    private static final byte[] BODY = "{\"t\":20}".getBytes(StandardCharsets.UTF_8);
    private static final String EVENTS = "devices/dev1/messages/events/";
    private static final String QUERY = "/?api-version=2021-04-12";
    private static final String CERTIFICATE = """
            -----BEGIN CERTIFICATE-----
            MIIBejCCASGgAwIBAgIURM5Zat2KmTy28rPR7uEhlUhRUAYwCgYIKoZIzj0EAwIw
            EjEQMA4GA1UEAwwHeDUwOWRldjAgFw0yNjExMjIwNTUxMjhaGA8yMTI2MTAyOTA1
            NTEyOFowEjEQMA4GA1UEAwwHeDUwOWRldjBZMBMGByqGSM49AgEGCCqGSM49AwEH
            A0IABO6AaviQlhAdwyNPEBdB8wRUfAZ+daTLoBnqIWL7XHdLIvyd1nRU1cqb0riy
            lwIfvrK47UucrZ4mAfy3XwlONyOjUzBRMB0GA1UdDgQWBBRhxNs1c5F5Z5WmgiRZ
            kaWAHeAocjAfBgNVHSMEGDAWgBRhxNs1c5F5Z5WmgiRZkaWAHeAocjAPBgNVHRMB
            Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIGTSIV5pFkjm5MFLdEPfCZB+BCoN
            SOg7PIDtuuawqdKOAiBwM7Dx002KgUxVBLV56DPHCjUcC5IsWx5BQfhrZvNBtQ==
            -----END CERTIFICATE-----
            """;
    private static final String THUMBPRINT = "513C4D91845CD0E1F238F6E8E9084F7A3D2F9AFEBB26BB590B12841B512340BC";

    private final TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    // --- letting in ---

    @Test
    void anIndependentClientSendsTelemetry() throws MqttException {
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setUserName(server.hub1.hostName + "/dev1" + QUERY + "&model-id=dtmi%3Aa%3B1");
        options.setPassword(server.hub1.token("dev1").toCharArray());
        options.setCleanSession(false);
        try (MqttClient client = new MqttClient("tcp://127.0.0.1:" + server.port(), "dev1", new MemoryPersistence())) {
            client.connect(options);
            client.subscribe("devices/dev1/messages/devicebound/#", 1);
            for (int i = 0; i < 200; i++) {
                MqttMessage message = new MqttMessage(("m" + i).getBytes(StandardCharsets.UTF_8));
                message.setQos(i % 2);
                message.setRetained(i == 0);
                client.publish(EVENTS + "%24.ct=application%2Fjson&n=" + i, message);
            }
            TestServer.await("all stored", () -> server.hub1.stored().size() == 200);
            client.disconnect();
        }
        List<StoredMessage> stored = server.hub1.stored();
        assertThat(stored)
                .extracting(message -> new String(message.message().body(), StandardCharsets.UTF_8))
                .containsExactlyElementsOf(
                        IntStream.range(0, 200).mapToObj(i -> "m" + i).toList());
        StoredMessage first = stored.getFirst();
        assertThat(first.stamp())
                .isEqualTo(new Stamp(
                        Identity.of(new DeviceId("dev1")),
                        server.hub1.generation("dev1"),
                        new AuthenticationMethod("device", "sas", "iothub"),
                        "dtmi:a;1"));
        assertThat(first.message().system()).containsExactly(entry(SystemProperty.CONTENT_TYPE, "application/json"));
        assertThat(first.message().properties()).containsExactly(entry("n", "0"), entry("mqtt-retain", "true"));
        assertThat(stored.get(1).message().properties()).containsExactly(entry("n", "1"));
        assertThat(server.reports).isEmpty();
    }

    @Test
    void aCertificateThatTheHandshakeProvedLetsIn() throws IOException, CertificateException {
        server.hub1.register("x509dev", new Authentication.SelfSigned(new Thumbprint(THUMBPRINT), null));
        server.peer = new PeerIdentity.Certificates(List.of((X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(CERTIFICATE.getBytes(StandardCharsets.US_ASCII)))));
        for (String password : new String[] {null, ""}) {
            try (RawClient client = server.open()) {
                client.connect("x509dev", server.hub1.hostName + "/x509dev" + QUERY, password);
                assertThat(client.connack()).isZero();
                client.publish(QOS1, 1, "devices/x509dev/messages/events/", BODY);
                assertThat(client.puback()).isEqualTo(1);
            }
        }
        assertThat(server.hub1.stored().getFirst().stamp().method())
                .isEqualTo(new AuthenticationMethod("device", "x509", "external"));
    }

    @Test
    void hubsWithEqualDeviceIdsStayApart() throws IOException {
        server.hub2.register("dev1");
        try (RawClient one = server.connected("dev1");
                RawClient two = server.open()) {
            two.connect("dev1", server.hub2.hostName + "/dev1" + QUERY, server.hub2.token("dev1"));
            assertThat(two.connack()).isZero();
            two.publish(QOS1, 1, EVENTS, BODY);
            assertThat(two.puback()).isEqualTo(1);
            assertThat(server.hub1.stored()).isEmpty();
            assertThat(server.hub2.stored())
                    .singleElement()
                    .satisfies(message ->
                            assertThat(message.stamp().generation()).isEqualTo(server.hub2.generation("dev1")));
            one.publish(QOS1, 2, EVENTS, BODY);
            assertThat(one.puback()).isEqualTo(2);
            assertThat(server.hub1.stored()).hasSize(1);
        }
        try (RawClient crossed = server.open()) {
            crossed.connect("dev1", server.hub1.hostName + "/dev1" + QUERY, server.hub2.token("dev1"));
            assertThat(crossed.connack()).isEqualTo(5);
        }
    }

    // --- refusing ---

    @Test
    void everyRefusalHasItsCodeAndItsReport() throws IOException {
        String host = server.hub1.hostName;
        String token = server.hub1.token("dev1");
        server.hub1.register("off");
        server.hub1.disable("off");
        Instant past = server.clock.instant().minus(Duration.ofMinutes(6));
        String otherKey = Base64.getEncoder()
                .encodeToString("another key of 32 bytes, at least".getBytes(StandardCharsets.UTF_8));
        String wrong = server.hub1.token("dev1", server.clock.instant().plusSeconds(60), otherKey);

        refused("dev1", null, null, 4, "UserNameMissing");
        refused("dev1", "", null, 4, "UserNameMissing");
        refused("dev1", "rubbish", token, 4, "UserNameMalformed");
        refused("d v", host + "/d v" + QUERY, token, 4, "UserNameMalformed");
        refused("dev1", host + "/dev2" + QUERY, token, 2, "ClientIdMismatch");
        refused("dev1/m", host + "/dev1" + QUERY, token, 2, "ClientIdMismatch");
        refused("dev1", "hub9.hub.test/dev1" + QUERY, token, 5, "UnknownHub");
        refused("ghost", host + "/ghost" + QUERY, server.hub1.token("ghost"), 5, "UnknownDevice");
        refused("dev1", host + "/dev1" + QUERY, null, 5, "NoCredentials");
        refused("dev1", host + "/dev1" + QUERY, "hunter2", 5, "TokenMalformed");
        refused("dev1", host + "/dev1" + QUERY, wrong, 5, "TokenSignatureWrong");
        refused("dev1", host + "/dev1" + QUERY, server.hub1.token("dev2"), 5, "TokenForOtherResource");
        refused("dev1", host + "/dev1" + QUERY, server.hub1.tokenWithExpiry("dev1", past), 5, "TokenExpired");
        refused("off", host + "/off" + QUERY, server.hub1.token("off"), 5, "DeviceDisabled");
        refused("x", "0ne00AAAAAA/registrations/x/api-version=2019-03-31", token, 5, "NobodyClaims");
        assertThat(server.hub1.links.count()).isZero();
        assertThat(server.reports.toString()).doesNotContain("hunter2", "sig=", "SharedAccessSignature sr");
    }

    private void refused(String clientId, @Nullable String userName, @Nullable String password, int code, String reason)
            throws IOException {
        server.reports.clear();
        try (RawClient client = server.open()) {
            client.connect(clientId, userName, password);
            assertThat(client.connack()).as(reason).isEqualTo(code);
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(server.reports).singleElement().satisfies(report -> {
            assertThat(report.reason()).isEqualTo(reason);
            assertThat(report.explanation()).endsWith(".");
            assertThat(report.listener()).isEqualTo("mqtt");
            assertThat(report.device()).isEqualTo(reason.equals("NobodyClaims") ? null : clientId);
        });
    }

    @Test
    void aDeviceThatIsDisabledWhileItIsJudgedIsNotLetIn() throws IOException {
        AtomicInteger looks = new AtomicInteger();
        server.table.afterGet((kind, key) -> {
            // The first judgement has read the device, and the links don't know of the connection yet: nobody can end
            // it.
            if (kind.equals("device") && looks.incrementAndGet() == 1) {
                server.hub1.disable("dev1");
            }
        });
        try (RawClient client = server.open()) {
            client.connect("dev1", server.hub1.hostName + "/dev1" + QUERY, server.hub1.token("dev1"));
            assertThat(client.connack()).isEqualTo(5);
        }
        assertThat(server.reasons()).containsExactly("DeviceDisabled");
        assertThat(server.hub1.links.count()).isZero();
    }

    @Test
    void aFailingTableMeansTryLaterAndLeavesNothingBehind() throws IOException {
        server.table.beforeGet((kind, key) -> {
            if (kind.equals("mqtt-session")) {
                throw new StoreException("disk gone");
            }
        });
        try (RawClient client = server.open()) {
            client.connect("dev1", server.hub1.hostName + "/dev1" + QUERY, server.hub1.token("dev1"));
            assertThat(client.connack()).isEqualTo(3);
        }
        assertThat(server.hub1.links.count()).isZero();
        assertThat(server.reasons()).containsExactly("InternalFailure");
    }

    // --- messages ---

    @Test
    void aMessageThatIsNotTelemetryClosesTheConnectionWithItsReason() throws IOException {
        publishRefused("devices/dev2/messages/events/", BODY, "TopicOfOtherIdentity");
        publishRefused("devices/dev10/messages/events/", BODY, "TopicOfOtherIdentity");
        publishRefused("some/topic", BODY, "UnknownTopic");
        publishRefused("$iothub/twin/GET/", BODY, "RequestTopicMalformed");
        publishRefused("$iothub/methods/res/ok/?$rid=1", BODY, "RequestTopicMalformed");
        publishRefused("$iothub/credentials/POST/issueCertificate/?$rid=1", BODY, "NotServedOverMqtt");
        publishRefused(EVENTS + "=x", BODY, "PropertiesMalformed");
        publishRefused(EVENTS + "a+b=1", BODY, "WildcardInTopic");
        publishRefused(EVENTS, new byte[256 * 1024 + 1], "MessageTooLarge");
        StringBuilder many = new StringBuilder(EVENTS);
        for (int i = 0; i < 65; i++) {
            many.append('p').append(i).append("=1&");
        }
        publishRefused(many.toString(), BODY, "TooManyProperties");
        assertThat(server.hub1.stored()).isEmpty();
        assertThat(server.hub2.stored()).isEmpty();
    }

    private void publishRefused(String topic, byte[] body, String reason) throws IOException {
        for (int firstByte : new int[] {0x30, QOS1}) {
            server.reports.clear();
            try (RawClient client = server.connected("dev1")) {
                client.publish(firstByte, 1, topic, body);
                assertThat(client.isClosed()).as(topic).isTrue();
            }
            TestServer.await("link gone", () -> server.hub1.links.count() == 0);
            assertThat(server.reasons()).containsExactly(reason);
        }
    }

    @Test
    void aMessageOfTheLargestSizeIsTaken() throws IOException {
        try (RawClient client = server.connected("dev1")) {
            client.publish(QOS1, 9, EVENTS + "k=v", new byte[256 * 1024 - 2]);
            assertThat(client.puback()).isEqualTo(9);
        }
    }

    @Test
    void noAcknowledgementBeforeTheMessageIsDurable() throws IOException {
        server.hub1.log.hold();
        try (RawClient client = server.connected("dev1")) {
            for (int i = 1; i <= 10; i++) {
                client.publish(QOS1, i, EVENTS, BODY);
            }
            TestServer.await("all appended", () -> server.hub1.log.heldCount() == 10);
            assertThat(client.isQuiet()).isTrue();
            server.hub1.log.release();
            for (int i = 1; i <= 10; i++) {
                assertThat(client.puback()).isEqualTo(i);
            }
        }
    }

    @Test
    void aMessageThatIsSentAgainIsStoredAgain() throws IOException {
        try (RawClient client = server.connected("dev1")) {
            client.publish(QOS1, 7, EVENTS, BODY);
            client.publish(QOS1 | 0x08, 7, EVENTS, BODY);
            assertThat(client.puback()).isEqualTo(7);
            assertThat(client.puback()).isEqualTo(7);
        }
        assertThat(server.hub1.stored()).hasSize(2);
    }

    @Test
    void aFailingDiskIsReportedOnceAndAcknowledgesNothing() throws IOException {
        server.hub1.log.hold();
        try (RawClient client = server.connected("dev1")) {
            for (int i = 1; i <= 10; i++) {
                client.publish(QOS1, i, EVENTS, BODY);
            }
            TestServer.await("all appended", () -> server.hub1.log.heldCount() == 10);
            server.hub1.log.fail("no space left on device");
            server.hub1.log.release();
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(server.reasons()).containsExactly("NotStored");
    }

    @Test
    void nobodySpeaksForSomeoneElse() throws IOException {
        try (RawClient client = server.connected("dev1")) {
            client.publish(QOS1, 1, EVENTS + "$.cdid=dev2&iothub-connection-device-id=dev2", BODY);
            assertThat(client.puback()).isEqualTo(1);
        }
        StoredMessage stored = server.hub1.stored().getFirst();
        assertThat(stored.stamp().sender().toString()).isEqualTo("dev1");
        assertThat(stored.message().properties()).containsExactly(entry("iothub-connection-device-id", "dev2"));
    }
}
