package dev.holdfast.hub.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.tls.report.Report;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not served: told to whoever may know, with a reason, and reported each time. */
class UnservedTest {
    private final FakeHub hub = new FakeHub();

    private Report report() {
        assertThat(hub.reports).hasSize(1);
        return hub.reports.getFirst();
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
