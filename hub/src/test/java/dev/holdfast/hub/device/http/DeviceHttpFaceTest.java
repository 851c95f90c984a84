package dev.holdfast.hub.device.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.device.http.HttpDevices.Answer;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.AuthenticationMethod;
import dev.holdfast.hub.identity.Thumbprint;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import io.netty.channel.embedded.EmbeddedChannel;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Telemetry over HTTPS: what is stored, what is refused and how, and who is told. */
class DeviceHttpFaceTest {
    private static final Limits.Telemetry LIMITS = Limits.defaults().telemetry();

    private final HttpDevices devices = new HttpDevices();

    private List<StoredMessage> stored() {
        return devices.hub1.stored();
    }

    private Report report() {
        assertThat(devices.reports).hasSize(1);
        return devices.reports.getFirst();
    }

    @Test
    void message_is_stored_with_every_property() {
        Answer answer = devices.post(new byte[] {1, 2})
                .field("IoTHub-MessageId", "m1")
                .field("iothub-correlationid", "c1")
                .field("IOTHUB-USERID", "u1")
                .field("iothub-to", "/devices/dev1/messages/events")
                .field("iothub-expiry", "2026-12-02T00:00:00Z")
                .field("iothub-contenttype", "application/json")
                .field("iothub-contentencoding", "utf-8")
                .field("iothub-creation-time-utc", "2026-12-01T11:00:00Z")
                .field("iothub-interface-id", "i1")
                .field("dt-subject", "component1")
                .field("iothub-app-Alarm", "on")
                .field("IoTHub-App-level", "3")
                .send();

        assertThat(answer.status()).isEqualTo(204);
        assertThat(stored()).hasSize(1);
        StoredMessage message = stored().getFirst();
        assertThat(message.message().body()).containsExactly(1, 2);
        assertThat(message.message().properties()).containsOnly(entry("Alarm", "on"), entry("level", "3"));
        assertThat(message.message().system())
                .containsOnly(
                        entry(SystemProperty.MESSAGE_ID, "m1"),
                        entry(SystemProperty.CORRELATION_ID, "c1"),
                        entry(SystemProperty.USER_ID, "u1"),
                        entry(SystemProperty.TO, "/devices/dev1/messages/events"),
                        entry(SystemProperty.EXPIRY_TIME, "2026-12-02T00:00:00Z"),
                        entry(SystemProperty.CONTENT_TYPE, "application/json"),
                        entry(SystemProperty.CONTENT_ENCODING, "utf-8"),
                        entry(SystemProperty.CREATION_TIME, "2026-12-01T11:00:00Z"),
                        entry(SystemProperty.INTERFACE_ID, "i1"),
                        entry(SystemProperty.COMPONENT_NAME, "component1"));
        assertThat(message.stamp().sender().toString()).isEqualTo("dev1");
        assertThat(message.stamp().method()).isEqualTo(new AuthenticationMethod("device", "sas", "iothub"));
        assertThat(message.stamp().modelId()).isNull();
        assertThat(devices.reports).isEmpty();
    }

    /** The hub says itself who sent a message. */
    @Test
    void what_the_hub_says_can_not_be_said_by_a_device() {
        devices.post(new byte[0])
                .field("iothub-connection-device-id", "dev2")
                .field("iothub-message-source", "deviceLifecycleEvents")
                .field("x-opt-partition-key", "dev2")
                .send();
        assertThat(stored().getFirst().message().properties()).isEmpty();
        assertThat(stored().getFirst().message().system()).isEmpty();
        assertThat(stored().getFirst().stamp().sender().toString()).isEqualTo("dev1");
    }

    @Test
    void answer_waits_for_the_disk() throws Exception {
        devices.hub1.log.hold();
        CompletableFuture<Answer> answer =
                CompletableFuture.supplyAsync(() -> devices.post(new byte[] {1}).send());
        while (devices.hub1.log.heldCount() == 0) {
            Thread.onSpinWait();
        }
        assertThat(answer).isNotDone();
        devices.hub1.log.release();
        assertThat(answer.get().status()).isEqualTo(204);
    }

    @Test
    void failing_disk_is_no_success() {
        devices.hub1.log.fail("no space left");
        assertThat(devices.post(new byte[] {1}).send().error()).isEqualTo(503001);
        assertThat(report().reason()).isEqualTo("NotStored");
        assertThat(devices.batch("[{\"body\":\"\"},{\"body\":\"\"}]").send().error())
                .isEqualTo(503001);
    }

    @Test
    void batch_is_stored_in_its_order() {
        Answer answer = devices.batch("""
                        [{"body":"AQI=","properties":{"iothub-app-a":"1","IoTHub-MessageId":"m1","dt-subject":"c"}},
                         {"body":"AQI","base64Encoded":true,"other":[{"x":1}]},
                         {"body":"\\u00fc","base64Encoded":false,"properties":null}]
                        """)
                .field("Content-Type", "Application/vnd.Microsoft.IotHub.json; charset=utf-8")
                .field("iothub-to", "/devices/dev1/messages/events")
                .send();
        assertThat(answer.status()).isEqualTo(204);
        assertThat(stored()).hasSize(3);
        assertThat(stored().get(0).message().body()).containsExactly(1, 2);
        assertThat(stored().get(0).message().properties()).containsOnly(entry("a", "1"));
        assertThat(stored().get(0).message().system())
                .containsOnly(entry(SystemProperty.MESSAGE_ID, "m1"), entry(SystemProperty.COMPONENT_NAME, "c"));
        assertThat(stored().get(1).message().body()).containsExactly(1, 2);
        assertThat(stored().get(2).message().body()).containsExactly(0xC3, 0xBC);
    }

    @Test
    void of_a_batch_with_one_bad_message_nothing_is_stored() {
        String properties = IntStream.rangeClosed(0, LIMITS.propertiesMax())
                .mapToObj(i -> "\"iothub-app-p" + i + "\":\"\"")
                .collect(Collectors.joining(","));
        Answer answer = devices.batch("[{\"body\":\"\"},{\"body\":\"\",\"properties\":{" + properties + "}}]")
                .send();
        assertThat(answer.error()).isEqualTo(400004);
        assertThat(report().reason()).isEqualTo("TooManyProperties");
        assertThat(stored()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0,0,BatchEmpty,400004", "1001,0,TooManyInBatch,400004", "5,60000,BatchTooLarge,413001"})
    void batch_beyond_a_limit_is_refused_whole(int count, int bytes, String reason, int error) {
        String body = Base64.getEncoder().encodeToString(new byte[bytes]);
        String batch = IntStream.range(0, count)
                .mapToObj(_ -> "{\"body\":\"" + body + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        Answer answer = devices.batch(batch).send();
        assertThat(answer.error()).isEqualTo(error);
        assertThat(report().reason()).isEqualTo(reason);
        assertThat(stored()).isEmpty();
    }

    @Test
    void batch_of_just_the_limit_is_stored() {
        String body = Base64.getEncoder().encodeToString(new byte[LIMITS.messageMaxBytes() / 4]);
        String one = "{\"body\":\"" + body + "\"}";
        assertThat(devices.batch("[" + String.join(",", one, one, one, one) + "]")
                        .send()
                        .status())
                .isEqualTo(204);
        assertThat(stored()).hasSize(4);
    }

    @Test
    void message_that_is_too_long_is_refused_by_its_head() {
        byte[] body = new byte[LIMITS.messageMaxBytes() + 1];
        assertThat(devices.face.refusalOf(devices.post(body).request())).isNotNull();
        assertThat(report().reason()).isEqualTo("MessageTooLarge");
        assertThat(devices.face.refusalOf(
                        devices.batch("[]").field("Content-Length", "2000000").request()))
                .isNotNull();
        // In chunks, or with properties, it is seen only when it is there.
        Answer answer = devices.post(body).field("Content-Length", null).send();
        assertThat(answer.error()).isEqualTo(413001);
        assertThat(devices.post(new byte[LIMITS.messageMaxBytes()])
                        .field("iothub-app-a", "b")
                        .send()
                        .error())
                .isEqualTo(413001);
        assertThat(stored()).isEmpty();
    }

    @Test
    void module_sends_as_itself() {
        devices.hub1.registerModule("dev1", "mod1");
        Answer answer = devices.bare("POST", "/devices/dev1/modules/mod1/messages/events")
                .field("Authorization", devices.hub1.token("dev1/modules/mod1"))
                .body(new byte[] {1})
                .send();
        assertThat(answer.status()).isEqualTo(204);
        assertThat(stored().getFirst().stamp().sender().toString()).isEqualTo("dev1/mod1");
    }

    @Test
    void certificate_lets_its_device_in_and_no_other() {
        Instant now = devices.clock.instant();
        X509Certificate own = new TestAuthority("Root", now.minusSeconds(60), now.plusSeconds(60))
                .issue("any", KeyKind.EC_P256, now.minusSeconds(60), now.plusSeconds(60))
                .certificate();
        Thumbprint thumbprint =
                Thumbprint.parse(CertificateFacts.of(own).sha256()).orElseThrow();
        devices.hub1.register("dev2", new Authentication.SelfSigned(thumbprint, null));
        Connection connection = devices.connection(new PeerIdentity.Certificates(List.of(own)));
        assertThat(devices.bare("POST", "/devices/dev2/messages/events")
                        .over(connection)
                        .send()
                        .status())
                .isEqualTo(204);
        assertThat(stored().getFirst().stamp().method().type()).isEqualTo("x509");
        assertThat(devices.bare("POST", "/devices/dev1/messages/events")
                        .over(connection)
                        .send()
                        .error())
                .isEqualTo(401002);
    }

    /** What is known of a device counts its handshakes. */
    @Test
    void device_is_told_of_once_for_each_connection() {
        Connection first = devices.connection(new PeerIdentity.Anonymous());
        for (int i = 0; i < 3; i++) {
            devices.post(new byte[] {1})
                    .over(first)
                    .field("User-Agent", "client/1")
                    .send();
        }
        assertThat(devices.connected).singleElement().satisfies(told -> {
            assertThat(told.device()).isEqualTo("dev1");
            assertThat(told.hub()).isEqualTo("hub1");
            assertThat(told.client()).isEqualTo("client/1");
            assertThat(told.authentication()).isEqualTo("sas");
        });
        devices.hub1.register("dev2");
        devices.bare("POST", "/devices/dev2/messages/events")
                .field("Authorization", devices.hub1.token("dev2"))
                .over(first)
                .send();
        devices.post(new byte[0]).send();
        assertThat(devices.connected).extracting(DeviceConnected::device).containsExactly("dev1", "dev2", "dev1");
    }

    @Test
    void a_connection_remembers_so_many_devices_only() {
        Connection gateway = devices.connection(new PeerIdentity.Anonymous());
        KnownCallers known = KnownCallers.on(gateway);
        for (int i = 0; i < 101; i++) {
            assertThat(known.add("dev" + i)).isTrue();
        }
        assertThat(known.add("dev100")).isFalse();
        assertThat(known.add("dev0")).as("the one that was silent for longest").isTrue();
        assertThat(KnownCallers.on(gateway)).isSameAs(known);
    }

    /** A device that sends over HTTPS has no connection that another one could end. */
    @Test
    void sending_ends_no_connection_and_makes_none() {
        devices.post(new byte[] {1}).send();
        assertThat(devices.hub1.links.count()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/devices/dev1/files,File uploads are not served",
        "POST,/devices/dev1/files/notifications,File uploads are not served",
    })
    void device_is_told_what_is_not_served(String method, String path, String sentence) {
        Answer answer = devices.call(method, path).body(new byte[] {'x'}).send();
        assertThat(answer.error()).isEqualTo(501000);
        assertThat(answer.text()).contains(sentence);
        assertThat(report().reason()).isEqualTo("FeatureNotSupported");
        assertThat(report().hub()).isEqualTo("hub1");
        assertThat(report().device()).isEqualTo("dev1");
    }

    @Test
    void request_is_judged_by_its_head_alone() {
        byte[] body = {1};
        assertThat(devices.call("PUT", "/devices/dev1/messages/events")
                        .body(body)
                        .send()
                        .error())
                .isEqualTo(405000);
        assertThat(devices.call("DELETE", "/devices/dev1/messages/deviceBound")
                        .send()
                        .response()
                        .headers())
                .containsEntry("Allow", "GET");
        assertThat(devices.call("POST", "/devices/dev1/messages/events/more")
                        .body(body)
                        .send()
                        .error())
                .isEqualTo(404000);
        assertThat(devices.post(body).version(null).send().error()).isEqualTo(400001);
        assertThat(devices.bare("POST", "/devices/dev1/messages/events")
                        .body(body)
                        .send()
                        .error())
                .isEqualTo(401002);
        assertThat(devices.reports).as("each once").hasSize(5);
        assertThat(stored()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2016-11-14", "2018-06-30", "2019-10-01", "2020-09-30", "2021-04-12", "2025-08-01-preview"})
    void every_version_that_clients_send_will_do(String version) {
        assertThat(devices.post(new byte[] {1}).version(version).send().status())
                .isEqualTo(204);
    }

    @Test
    void property_without_a_name_is_refused() {
        assertThat(devices.post(new byte[] {1}).field("iothub-app-", "x").send().error())
                .isEqualTo(400004);
        assertThat(stored()).isEmpty();
    }

    /** Else anybody could try ids until one is told from the rest, and learn how that device proves itself. */
    @Test
    void registered_device_is_not_told_from_an_unknown_one_without_proof() {
        String expired =
                devices.hub1.tokenWithExpiry("dev1", devices.clock.instant().minusSeconds(3600));
        String of2 = devices.hub1.token("dev2");
        String wrong = devices.hub1.token(
                "dev1",
                devices.clock.instant().plusSeconds(60),
                Base64.getEncoder().encodeToString(new byte[] {1}));
        for (String token : new String[] {null, "Bearer x", "SharedAccessSignature sr=x", expired, of2, wrong}) {
            assertThat(told("dev1", token))
                    .as(token)
                    .isEqualTo(told("nobody", token))
                    .isEqualTo(Map.entry(401002, "Unauthorized."));
        }
        assertThat(devices.connected).isEmpty();
        assertThat(stored()).isEmpty();
    }

    private Map.Entry<Integer, String> told(String device, String token) {
        Answer answer = devices.bare("POST", "/devices/" + device + "/messages/events")
                .field("Authorization", token)
                .send();
        return Map.entry(answer.error(), answer.text());
    }

    @Test
    void unknown_module_is_reported_with_both_ids() {
        Answer answer = devices.call("POST", "/devices/dev1/modules/m/messages/events")
                .body(new byte[] {1})
                .send();
        assertThat(answer.error()).isEqualTo(401002);
        assertThat(answer.text()).isEqualTo("Unauthorized.");
        assertThat(report().reason()).isEqualTo("UnknownModule");
        assertThat(report().device()).isEqualTo("dev1/m");
    }

    /** Between two requests there is nothing that could be broken. */
    @Test
    void fault_is_the_answer_to_the_request_that_asks_for_it_alone() {
        Map<String, Integer> errors =
                Map.of("InvokeThrottling", 429001, "InvokeMaxMessageQuota", 403002, "InvokeAuthError", 401002);
        errors.forEach((kind, error) -> {
            assertThat(asking(kind).send().error()).as(kind).isEqualTo(error);
            assertThat(devices.post(new byte[1]).send().status()).isEqualTo(204);
        });
        assertThat(asking("KillAmqpSession").send().error()).isEqualTo(400004);
        assertThat(asking("KillEverything").send().error()).isEqualTo(400004);
        assertThat(stored()).hasSize(3);
        assertThat(devices.reports)
                .extracting(Report::reason)
                .containsOnly("RequestRefusedByFault", "FaultImpossible", "FaultMalformed");
    }

    @Test
    void connection_that_a_fault_cuts_is_closed() {
        Connection connection = devices.connection(new PeerIdentity.Anonymous());
        asking("KillTcp").over(connection).send();
        ((EmbeddedChannel) connection.channel()).runPendingTasks();
        assertThat(connection.channel().isOpen()).isFalse();
        assertThat(report().reason()).isEqualTo("FaultInjected");
    }

    private HttpDevices.Call asking(String fault) {
        return devices.post(new byte[1]).field("iothub-app-AzIoTHub_FaultOperationType", fault);
    }
}
