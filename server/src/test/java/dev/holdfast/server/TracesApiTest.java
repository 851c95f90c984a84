package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.testkit.RawHello;
import dev.holdfast.testkit.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code traces} over HTTPS, of handshakes that OpenSSL and devices make. */
class TracesApiTest {
    private static final String TRACES = "/holdfast/v1/traces";

    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String ask(String question) throws IOException {
        TestServer.Answer answer = server.ask("POST", TRACES, question);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(answer.json().path("state").asString()).isEqualTo("waiting");
        return answer.json().path("id").asString();
    }

    private JsonNode trace(String id) throws IOException {
        TestServer.Answer answer = server.ask("GET", TRACES + "/" + id, "");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("state").asString()).as(answer.text()).isEqualTo("seen");
        return answer.json().path("trace");
    }

    private void handshake(String... options) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "openssl", "s_client", "-connect", "127.0.0.1:" + server.hub().mqttPort()));
        command.addAll(List.of(options));
        try (Tool tool = Tool.start(command.toArray(String[]::new))) {
            var _ = tool.say("Q\n").finish();
        }
    }

    private static List<String> states(JsonNode trace) {
        return trace.path("steps")
                .valueStream()
                .map(step -> step.path("state").asString())
                .toList();
    }

    @Test
    void a_device_that_is_let_in_is_shown_with_all_that_both_sides_said() throws Exception {
        String id = ask("{\"device\": \"demo\", \"hub\": \"hub1\"}".replace("demo", demo()));
        handshake("-servername", "hub1.holdfast.localhost");

        try (TestDevice _ = TestDevice.connect(server.ready())) {
            JsonNode trace = trace(id);
            assertThat(trace.path("outcome").path("kind").asString()).isEqualTo("LetIn");
            assertThat(trace.path("outcome").path("device").asString()).isEqualTo(demo());
            assertThat(trace.path("outcome").path("authentication").asString()).isEqualTo("sas");
            assertThat(trace.path("hub").asString()).isEqualTo("hub1");
            assertThat(trace.path("version").asString()).isEqualTo("TLS 1.3");
            assertThat(trace.path("finished").asBoolean()).isTrue();
            assertThat(states(trace)).doesNotContain("failed", "not reached");
            assertThat(trace.path("certificates").get(0).path("names").toString())
                    .contains("localhost");
            assertThat(trace.path("clientCertificate").path("requested").asBoolean())
                    .isTrue();
            assertThat(trace.path("clientCertificate").path("certificates")).isEmpty();
        }
    }

    @Test
    void a_hub_is_found_in_capitals_too() throws Exception {
        String id = ask("{\"hub\": \"HUB1\"}");
        handshake("-servername", "hub1.holdfast.localhost");
        assertThat(trace(id).path("hub").asString()).isEqualTo("hub1");
    }

    private String demo() {
        return String.valueOf(server.hub().demoDeviceConnectionString()).replaceAll(".*DeviceId=([^;]*).*", "$1");
    }

    @Test
    void a_refused_device_is_shown_with_the_report_that_why_has() throws Exception {
        String id = ask("{\"device\": \"nobody\"}");
        String key = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXM=";

        assertThatThrownBy(() -> TestDevice.connect(
                        server.ready(), "HostName=localhost;DeviceId=nobody;SharedAccessKey=" + key, null))
                .hasMessageContaining("CONNACK");

        JsonNode trace = trace(id);
        JsonNode outcome = trace.path("outcome");
        assertThat(outcome.path("kind").asString()).isEqualTo("Refused");
        assertThat(outcome.path("reason").asString()).isEqualTo("UnknownDevice");
        assertThat(states(trace)).as("TLS had no part in it").doesNotContain("failed", "not reached");
        assertThat(server.ask(
                                "GET",
                                "/holdfast/v1/reports/" + outcome.path("report").asString(),
                                "")
                        .json()
                        .path("reason")
                        .asString())
                .isEqualTo("UnknownDevice");
        assertThat(trace.toString()).doesNotContain(key, "sig=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void a_handshake_that_fails_is_shown_by_its_address(String version) throws Exception {
        String id = ask("{\"address\": \"127.0.0.1\"}");
        handshake(
                version,
                "-servername",
                "hub1.holdfast.localhost",
                "-verify_return_error",
                "-no-CAfile",
                "-no-CApath",
                "-no-CAstore");

        JsonNode trace = trace(id);
        assertThat(trace.path("outcome").path("reason").asString()).isEqualTo("ClientAlertUnknownCa");
        assertThat(trace.path("outcome").path("alert").asString()).isEqualTo("received unknown_ca");
        assertThat(trace.path("finished").asBoolean()).isFalse();
        assertThat(trace.path("hub").asString()).as("by its name in SNI").isEqualTo("hub1");
        assertThat(states(trace)).startsWith("done", "done", "done", "failed");
        assertThat(trace.path("root").asString()).contains("Root");
    }

    @Test
    void the_alert_that_this_server_sends_is_in_the_step_that_failed() throws Exception {
        String id = ask("{\"hub\": \"hub1\"}");
        handshake("-servername", "hub1.holdfast.localhost", "-tls1_2", "-cipher", "AES128-GCM-SHA256");

        JsonNode trace = trace(id);
        assertThat(trace.path("outcome").path("reason").asString()).isEqualTo("NoCommonSuite");
        assertThat(states(trace)).startsWith("done", "failed", "not reached");
        assertThat(trace.path("steps").get(1).path("seen").get(0).path("what").asString())
                .isEqualTo("Alert handshake_failure");
    }

    @Test
    void a_client_that_goes_away_in_the_handshake_without_a_word_is_shown() throws Exception {
        String id = ask("{\"address\": \"127.0.0.1\"}");
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.hub().mqttPort())) {
            socket.getOutputStream().write(RawHello.tls12().record());
            assertThat(socket.getInputStream().read())
                    .as("a record of the server's")
                    .isEqualTo(22);
        }

        JsonNode trace = trace(id);
        assertThat(trace.path("outcome").path("reason").asString()).isEqualTo("ClosedInHandshake");
        assertThat(states(trace)).startsWith("done", "done").contains("failed");
    }

    @Test
    void who_shakes_hands_and_leaves_is_shown_to_who_waits_for_anyone() throws Exception {
        String id = ask("{}");
        handshake("-servername", "hub1.holdfast.localhost", "-tls1_2");

        JsonNode trace = trace(id);
        assertThat(trace.path("listener").asString()).isEqualTo("mqtt");
        assertThat(trace.path("outcome").path("kind").asString()).isEqualTo("Left");
        assertThat(trace.path("finished").asBoolean()).isTrue();
    }

    @Test
    void what_can_not_be_asked_for_is_refused_by_name() throws Exception {
        assertThat(server.ask("POST", TRACES, "{\"hub\": \"none-such\"}").errorCode())
                .isEqualTo("UnknownHub");
        for (String wrong : List.of(
                "{\"address\": \"somewhere\"}",
                "{\"device\": \"a b\"}",
                "{\"timeoutSeconds\": 0}",
                "{\"timeoutSeconds\": 601}",
                "{\"devices\": \"a\"}")) {
            assertThat(server.ask("POST", TRACES, wrong).status()).as(wrong).isEqualTo(400);
        }
        assertThat(server.ask("GET", TRACES + "/none-such", "").errorCode()).isEqualTo("UnknownTrace");
        assertThat(server.ask("GET", TRACES, "").status()).isEqualTo(405);
    }

    @Test
    void only_so_many_wait_until_one_is_withdrawn() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ids.add(ask("{}"));
        }
        assertThat(server.ask("POST", TRACES, "{}").errorCode()).isEqualTo("TooManyTraces");
        assertThat(server.ask("DELETE", TRACES + "/" + ids.getFirst(), "").status())
                .isEqualTo(204);
        assertThat(ask("{}")).isNotIn(ids);
    }
}
