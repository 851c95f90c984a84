package dev.holdfast.hub.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.hub.identity.ModuleRequest;
import dev.holdfast.hub.identity.ModuleResult;
import dev.holdfast.hub.identity.ModuleSpec;
import dev.holdfast.hub.identity.SymmetricKey;
import dev.holdfast.hub.identity.SymmetricKeys;
import dev.holdfast.hub.identity.Tokens;
import dev.holdfast.tls.report.Report;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not served: told to whoever may know, with a reason, and reported each time. */
class UnservedTest {
    private final FakeHub hub = new FakeHub();

    /** A token of a new device. */
    private String device() {
        hub.call("PUT", "/devices/dev1").body("{\"deviceId\":\"dev1\"}").send();
        if (!(hub.hub.registry().find(new DeviceId("dev1")).orElseThrow().authentication()
                instanceof Authentication.Sas(SymmetricKeys keys))) {
            throw new AssertionError("a device without keys");
        }
        return token(keys.primary());
    }

    private String token(SymmetricKey key) {
        return Tokens.device(
                FakeHub.HOST + "%2Fdevices%2Fdev1",
                Long.toString(hub.clock.instant().getEpochSecond() + 60),
                key);
    }

    private Report report() {
        assertThat(hub.reports).hasSize(1);
        return hub.reports.getFirst();
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/devices/dev1/messages/events,Send them over MQTT",
        "GET,/devices/dev1/messages/deviceBound,Cloud-to-device messages are not served",
        "DELETE,/Devices/dev1/messages/devicebound/etag,Cloud-to-device messages are not served",
        "POST,/devices/dev1/files,File uploads are not served",
        "POST,/devices/dev1/files/notifications,File uploads are not served",
    })
    void device_is_told_what_is_not_served(String method, String path, String sentence) {
        String token = device();
        FakeHub.Answer answer =
                hub.bare(method, path).with("authorization", token).body("{}").sendToAll();
        assertThat(answer.error()).isEqualTo(501000);
        assertThat(answer.text()).contains(sentence);
        assertThat(report().reason()).isEqualTo("FeatureNotSupported");
        assertThat(report().hub()).isEqualTo("hub1");
        assertThat(report().device()).isEqualTo("dev1");
    }

    @Test
    void nobody_but_the_device_is_told() {
        device();
        for (String token :
                new String[] {null, token(SymmetricKey.random(new SecureRandom())), hub.token("service"), "Bearer x"}) {
            hub.reports.clear();
            FakeHub.Answer answer = hub.bare("POST", "/devices/dev1/messages/events")
                    .with("authorization", token)
                    .body("{}")
                    .sendToAll();
            assertThat(answer.error()).isEqualTo(401002);
            assertThat(answer.text()).doesNotContain("not served");
            assertThat(report().device()).isEqualTo("dev1");
        }
        FakeHub.Answer unknown = hub.bare("POST", "/devices/nobody/messages/events")
                .with("authorization", token(SymmetricKey.random(new SecureRandom())))
                .sendToAll();
        assertThat(unknown.error()).isEqualTo(401002);
    }

    /** Else anybody could try ids until one is told from the rest, and learn how that device proves itself. */
    @Test
    void registered_device_is_not_told_from_an_unknown_one_without_proof() {
        device();
        String expired =
                Tokens.device(FakeHub.HOST + "%2Fdevices%2Fdev1", "1", SymmetricKey.random(new SecureRandom()));
        String elsewhere = Tokens.device("elsewhere.test", "9999999999", SymmetricKey.random(new SecureRandom()));
        for (String token : new String[] {null, "Bearer x", "SharedAccessSignature sr=x", expired, elsewhere}) {
            assertThat(told("dev1", token))
                    .as(token)
                    .isEqualTo(told("nobody", token))
                    .isEqualTo("Unauthorized.");
        }
    }

    private String told(String device, String token) {
        return hub.bare("POST", "/devices/" + device + "/messages/events")
                .with("authorization", token)
                .sendToAll()
                .json()
                .get("message")
                .stringValue();
    }

    @Test
    void module_is_judged_as_itself_and_told_nothing_of_others() {
        FakeHub.Answer answer = hub.bare("POST", "/devices/dev1/modules/m/messages/events")
                .with("authorization", device())
                .sendToAll();
        assertThat(answer.error()).isEqualTo(401002);
        assertThat(answer.text()).doesNotContain("not served", "module");
        assertThat(report().reason()).isEqualTo("UnknownModule");
        hub.reports.clear();
        ModuleName name = new ModuleName(new DeviceId("dev1"), new ModuleId("m"));
        ModuleResult made = hub.hub.registry().modules().apply(new ModuleRequest.Create(ModuleSpec.of(name, null)));
        Authentication.Sas own =
                (Authentication.Sas) ((ModuleResult.Done) made).module().authentication();
        FakeHub.Answer served = hub.bare("POST", "/devices/dev1/modules/m/messages/events")
                .with(
                        "authorization",
                        Tokens.device(
                                FakeHub.HOST + "%2Fdevices%2Fdev1%2Fmodules%2Fm",
                                Long.toString(hub.clock.instant().getEpochSecond() + 60),
                                own.keys().primary()))
                .sendToAll();
        assertThat(served.error()).isEqualTo(501000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/devices", "/devices/dev1/messages/events", "/", "/nothing"})
    void host_of_no_hub_is_named(String path) {
        FakeHub.Answer answer = hub.bare("GET", path).to("hub7.hub.test").sendToAll();
        assertThat(answer.error()).isEqualTo(404000);
        assertThat(answer.text()).contains("hub7.hub.test");
        assertThat(report().reason()).isEqualTo("UnknownHub");
        assertThat(report().hub()).isNull();
        assertThat(report().explanation()).contains("hub7.hub.test");
    }

    @Test
    void path_of_nobody_is_named_to_the_operator() {
        FakeHub.Answer answer = hub.bare("GET", "/wp-login.php").sendToAll();
        assertThat(answer.error()).isEqualTo(404000);
        assertThat(answer.text()).contains(FakeHub.HOST);
        assertThat(report().reason()).isEqualTo("UnknownPath");
        assertThat(report().hub()).isEqualTo("hub1");
        assertThat(report().explanation()).contains("GET /wp-login.php");
    }

    @Test
    void service_call_is_judged_by_its_head_alone() {
        assertThat(hub.bare("PUT", "/devices/dev1").body("{").sendToAll().error())
                .isEqualTo(401002);
        assertThat(hub.call("PUT", "/devices/dev1")
                        .with("authorization", hub.token("service"))
                        .body("{")
                        .sendToAll()
                        .error())
                .isEqualTo(401002);
        assertThat(hub.call("POST", "/devices/dev1").body("{").sendToAll().error())
                .isEqualTo(405000);
        assertThat(hub.call("PUT", "/devices/dev1")
                        .query("api-version", null)
                        .body("{")
                        .sendToAll()
                        .error())
                .isEqualTo(400001);
        assertThat(hub.call("GET", "/jobs/v2/query").body("{").sendToAll().error())
                .isEqualTo(501000);
        assertThat(hub.reports).as("each once").hasSize(5);
        // Admitted: then its body is read and found to be no JSON.
        assertThat(hub.api.refusalOf(hub.call("PUT", "/devices/dev1").request()))
                .isNull();
        assertThat(hub.call("PUT", "/devices/dev1").body("{").sendToAll().error())
                .isEqualTo(400006);
    }
}
