package dev.holdfast.hub.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.link.LinkEnd;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Digital twins as services ask for them. */
class DigitalTwinResourceTest {
    private static final String FAN = "[{\"op\":\"add\",\"path\":\"/fanSpeed\",\"value\":2}]";

    private final FakeHub hub = new FakeHub();

    DigitalTwinResourceTest() {
        create("dev1");
    }

    private void create(String id) {
        hub.call("PUT", "/devices/" + id).body("{\"deviceId\":\"" + id + "\"}").send();
    }

    private FakeHub.Answer patch(String body) {
        return hub.call("PATCH", "/digitaltwins/dev1").body(body).send();
    }

    /** A device that answers what it is called with, and its name. */
    private final class Echo implements DeviceLink {
        private final List<String> called = new ArrayList<>();

        @Override
        public boolean listensFor(Downlink.Channel channel) {
            return channel == Downlink.Channel.METHODS;
        }

        @Override
        public void send(Downlink downlink) {
            Downlink.MethodCalled call = (Downlink.MethodCalled) downlink;
            called.add(call.method() + " " + new String(call.payload(), StandardCharsets.UTF_8));
            hub.hub.methods().answer(Identity.of(new DeviceId("dev1")), call.call(), 207, call.payload());
        }

        @Override
        public void end(LinkEnd why) {}
    }

    @Test
    void a_twin_has_a_weak_etag_that_a_change_may_depend_on() {
        FakeHub.Answer read = hub.call("GET", "/digitaltwins/dev1").send();
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.text()).isEqualTo("{\"$dtId\":\"dev1\",\"$metadata\":{}}");
        assertThat(read.header("ETag")).matches("W/\"[A-Za-z0-9+/=]+\"");
        FakeHub.Answer changed = hub.call("PATCH", "/digitaltwins/dev1")
                .with("if-match", read.header("ETag"))
                .body(FAN)
                .send();
        assertThat(changed.status()).isEqualTo(202);
        assertThat(changed.text()).isEmpty();
        assertThat(changed.header("Location")).isEqualTo("https://hub1.hub.test/digitaltwins/dev1");
        FakeHub.Answer now = hub.call("GET", "/digitaltwins/dev1").send();
        assertThat(now.header("ETag")).isEqualTo(changed.header("ETag")).isNotEqualTo(read.header("ETag"));
        FakeHub.Answer stale = hub.call("PATCH", "/digitaltwins/dev1")
                .with("if-match", read.header("ETag"))
                .body(FAN)
                .send();
        assertThat(stale.error()).isEqualTo(412001);
        assertThat(hub.reports).isEmpty();
    }

    @Test
    void where_a_twin_is_is_told_in_a_form_that_can_be_asked_for() {
        create("a#b%c");
        FakeHub.Answer changed =
                hub.call("PATCH", "/digitaltwins/a#b%c").body(FAN).send();
        assertThat(changed.header("Location")).isEqualTo("https://hub1.hub.test/digitaltwins/a%23b%25c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=utf-8", "application/json-patch+json"})
    void a_patch_may_be_called_what_it_is(String type) {
        assertThat(hub.call("PATCH", "/digitaltwins/dev1")
                        .body(FAN)
                        .with("content-type", type)
                        .send()
                        .status())
                .isEqualTo(202);
    }

    @Test
    void a_patch_of_another_type_or_form_is_refused_and_reported() {
        assertThat(hub.call("PATCH", "/digitaltwins/dev1")
                        .body(FAN)
                        .with("content-type", "text/plain")
                        .send()
                        .error())
                .isEqualTo(415000);
        assertThat(patch("{}").error()).isEqualTo(400006);
        assertThat(patch("[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"}]").error())
                .isEqualTo(400004);
        assertThat(hub.reports)
                .extracting(report -> report.reason())
                .contains("PatchMalformed", "PatchOperationNotSupported");
    }

    @Test
    void a_command_is_a_method_by_its_own_name_or_with_its_component_in_front() {
        Echo device = new Echo();
        hub.links.register(Identity.of(new DeviceId("dev1")), device, InetSocketAddress.createUnresolved("device", 1));
        FakeHub.Answer answer = hub.call("POST", "/digitaltwins/dev1/commands/reboot")
                .body("{\"x\":1.50}")
                .send();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).as("as it was written").isEqualTo("{\"x\":1.50}");
        assertThat(answer.header("x-ms-command-statuscode")).isEqualTo("207");
        assertThat(answer.header("x-ms-request-id")).hasSize(36);
        assertThat(answer.header("Content-Type")).startsWith("application/json");
        hub.call("POST", "/digitaltwins/dev1/components/thermostat1/commands/report")
                .body("\"\"")
                .send();
        assertThat(hub.call("POST", "/digitaltwins/dev1/commands/reboot").send().text())
                .isEqualTo("null");
        assertThat(device.called).containsExactly("reboot {\"x\":1.50}", "thermostat1*report \"\"", "reboot null");
    }

    @ParameterizedTest
    @CsvSource({
        "connectTimeoutInSeconds,301",
        "connectTimeoutInSeconds,-1",
        "connectTimeoutInSeconds,1.5",
        "connectTimeoutInSeconds,x",
        "connectTimeoutInSeconds,99999999999999999999",
        "responseTimeoutInSeconds,4",
        "responseTimeoutInSeconds,301"
    })
    void times_are_seconds_within_their_bounds(String name, String value) {
        FakeHub.Answer answer = hub.call("POST", "/digitaltwins/dev1/commands/reboot")
                .query(name, value)
                .body("{}")
                .send();
        assertThat(answer.error()).isEqualTo(400004);
        assertThat(answer.text()).contains("The " + name + " is ");
    }

    @Test
    void nobody_and_nobody_there_are_told_apart() {
        for (String path : List.of("/commands/x", "/components/c/commands/x")) {
            assertThat(hub.call("POST", "/digitaltwins/dev1" + path)
                            .body("{}")
                            .send()
                            .error())
                    .isEqualTo(404103);
            assertThat(hub.call("POST", "/digitaltwins/dev2" + path)
                            .body("{}")
                            .send()
                            .error())
                    .isEqualTo(404001);
        }
        assertThat(hub.call("GET", "/digitaltwins/dev2").send().error()).isEqualTo(404001);
        assertThat(hub.call("PATCH", "/digitaltwins/dev2").body(FAN).send().error())
                .isEqualTo(404001);
        assertThat(hub.call("POST", "/digitaltwins/dev1/commands/x")
                        .body("{")
                        .send()
                        .error())
                .isEqualTo(400006);
    }
}
