package dev.holdfast.hub.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.hub.identity.SharedAccessPolicy;
import dev.holdfast.hub.identity.SymmetricKey;
import dev.holdfast.hub.identity.Tokens;
import dev.holdfast.tls.report.Report;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a refused caller learns, and what the operator does. */
class ServiceRefusalTest {
    private final FakeHub hub = new FakeHub();

    private FakeHub.Answer get(String token) {
        return hub.call("GET", "/devices/dev1").with("authorization", token).send();
    }

    private Report report() {
        assertThat(hub.reports).hasSize(1);
        return hub.reports.getFirst();
    }

    @Test
    void namesAndKeysAreNobodysBusiness() {
        SymmetricKey wrong = SymmetricKey.random(new SecureRandom());
        SharedAccessPolicy owner =
                hub.hub.settings().get().policy("iothubowner").orElseThrow();
        String later = Long.toString(hub.clock.instant().getEpochSecond() + 60);
        String wrongKey = get(Tokens.policy(FakeHub.HOST, later, "iothubowner", wrong))
                .json()
                .get("message")
                .stringValue();
        String unknown = get(Tokens.policy(
                        FakeHub.HOST, later, "nobody", owner.keys().primary()))
                .json()
                .get("message")
                .stringValue();
        String noPolicy = get(Tokens.device(FakeHub.HOST, later, wrong))
                .json()
                .get("message")
                .stringValue();
        assertThat(List.of(wrongKey, unknown, noPolicy)).containsOnly("Unauthorized.");
        assertThat(hub.reports)
                .extracting(Report::reason)
                .containsExactly("PolicySignatureWrong", "UnknownPolicy", "UnknownPolicy");
        assertThat(hub.reports.getFirst().explanation()).contains("iothubowner");
    }

    @Test
    void whatIsWrongWithTheTokenItselfIsTold() {
        String token = hub.token("iothubowner");
        hub.clock.advance(Duration.ofHours(2));
        FakeHub.Answer answer = get(token);
        assertThat(answer.error()).isEqualTo(401002);
        assertThat(answer.text()).contains("The token expired at ");
        assertThat(report().reason()).isEqualTo("TokenExpired");
    }

    @Test
    void aRightThatIsMissingIsNamed() {
        FakeHub.Answer answer = get(hub.token("service"));
        assertThat(answer.error()).isEqualTo(401002);
        assertThat(answer.text()).contains("'service' does not have the right RegistryRead");
        assertThat(report().reason()).isEqualTo("PolicyLacksRight");
    }

    @Test
    void aTokenForOneDeviceIsForNoOther() {
        String token = hub.token("iothubowner", FakeHub.HOST + "%2Fdevices%2Fdev10");
        assertThat(get(token).error()).isEqualTo(401002);
        assertThat(hub.call("GET", "/devices/dev10")
                        .with("authorization", token)
                        .send()
                        .error())
                .isEqualTo(404001);
        assertThat(hub.call("GET", "/devices")
                        .with("authorization", token)
                        .send()
                        .error())
                .isEqualTo(401002);
        assertThat(hub.call("GET", "/statistics/devices")
                        .with("authorization", token)
                        .send()
                        .error())
                .isEqualTo(401002);
    }

    @Test
    void aReportSaysWhoAskedForWhat() {
        hub.bare("GET", "/devices/dev1").send();
        Report report = report();
        assertThat(report.time()).isEqualTo(hub.clock.instant());
        assertThat(report.listener()).isEqualTo("https");
        assertThat(report.remoteAddress().getPort()).isEqualTo(50000);
        assertThat(report.hub()).isEqualTo("hub1");
        assertThat(report.device()).isEqualTo("dev1");
        assertThat(report.reason()).isEqualTo("NoCredentials");
        assertThat(report.explanation()).contains("Authorization");
    }

    @Test
    void theRegistrysEverydayAnswersAreNoReports() {
        hub.call("PUT", "/devices/dev1").body("{\"deviceId\":\"dev1\"}").send();
        assertThat(hub.call("PUT", "/devices/dev1")
                        .body("{\"deviceId\":\"dev1\"}")
                        .send()
                        .error())
                .isEqualTo(409001);
        assertThat(hub.call("GET", "/devices/dev2").send().error()).isEqualTo(404001);
        assertThat(hub.call("DELETE", "/devices/dev1")
                        .with("if-match", "x")
                        .send()
                        .error())
                .isEqualTo(412001);
        assertThat(hub.reports).isEmpty();
        hub.call("PUT", "/devices/dev2").body("{").send();
        assertThat(report().reason()).isEqualTo("IotHubFormatError");
    }

    @Test
    void everyClientFindsTheErrorInItsOwnWay() {
        FakeHub.Answer answer = hub.call("GET", "/devices/no;*such:one").send();
        JsonNode json = answer.json();
        String message = json.get("Message").stringValue();
        // Node: taken apart at semicolons, the first part at its colon.
        String[] parts = message.split(";");
        assertThat(parts[0].split(":")[1]).isEqualTo("DeviceNotFound");
        assertThat(parts[1]).isEqualTo("No device with the id 'no,*such:one' is registered. Ids are compared by case.");
        // Java: all of it is JSON with comments, and nothing may be appended to it.
        JsonNode inner = JsonMapper.builder(JsonFactory.builder()
                        .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build()
                .readTree(message);
        assertThat(inner.get("errorCode").isInt()).isTrue();
        assertThat(inner.get("errorCode").intValue()).isEqualTo(404001);
        assertThat(json.has("ExceptionMessage")).isFalse();
        // C#: the number and the name agree with the header, and Message comes behind message.
        assertThat(answer.header("iothub-errorcode")).isEqualTo("DeviceNotFound");
        assertThat(answer.text().indexOf("\"Message\""))
                .isGreaterThan(answer.text().indexOf("\"message\""));
        // A client without a parser of its own: plain members at the top.
        assertThat(json.get("errorCode").intValue()).isEqualTo(404001);
        assertThat(json.get("message").stringValue()).isEqualTo(parts[1]);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json; charset=utf-8");
        assertThat(answer.header("x-ms-request-id"))
                .isEqualTo(json.get("trackingId").stringValue())
                .isEqualTo(inner.get("trackingId").stringValue())
                .hasSize(36);
    }
}
