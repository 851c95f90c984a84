package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code reports} over HTTPS, with refusals that public tools provoke. */
class ReportsApiTest {
    private static final String REPORTS = "/holdfast/v1/reports";

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

    private void handshake(String... options) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "openssl", "s_client", "-connect", "127.0.0.1:" + server.hub().mqttPort()));
        command.addAll(List.of(options));
        try (Tool tool = Tool.start(command.toArray(String[]::new))) {
            var _ = tool.say("Q\n").finish();
        }
    }

    private JsonNode reports(String query) throws IOException {
        TestServer.Answer answer = server.ask("GET", REPORTS + query, "");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json().path("reports");
    }

    private JsonNode only(String reason) throws IOException {
        JsonNode found = reports("?reason=" + reason);
        assertThat(found).as(reason).hasSize(1);
        return found.get(0);
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }

    @Test
    void no_common_suite_has_all_that_was_offered_in_order_and_what_the_policy_accepts() throws Exception {
        handshake(
                "-servername", "hub1.holdfast.localhost", "-tls1_2", "-cipher", "AES256-GCM-SHA384:AES128-GCM-SHA256");
        JsonNode report = only("NoCommonSuite");
        assertThat(report.path("hub").asString()).as("by its name in SNI").isEqualTo("hub1");
        assertThat(report.path("serverName").asString()).isEqualTo("hub1.holdfast.localhost");
        assertThat(report.path("policy").asString()).isEqualTo("hub-2025");
        assertThat(report.path("alert").asString()).isEqualTo("sent handshake_failure");
        assertThat(texts(report.path("hello").path("suites")))
                .startsWith("TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_GCM_SHA256");
        assertThat(report.path("hello").path("ja4").asString()).startsWith("t12d");
        assertThat(texts(report.path("details").path("accepted"))).contains("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
        assertThat(report.has("serverChain")).as("it was shown none").isFalse();
    }

    @Test
    void a_root_that_is_not_trusted_has_the_chain_that_was_shown_and_where_it_leads() throws Exception {
        handshake(
                "-servername",
                "hub1.holdfast.localhost",
                "-verify_return_error",
                "-no-CAfile",
                "-no-CApath",
                "-no-CAstore");
        JsonNode report = only("ClientAlertUnknownCa");
        assertThat(report.path("alert").asString()).isEqualTo("received unknown_ca");
        assertThat(report.path("serverRoot").asString()).contains("Root");
        assertThat(report.path("serverChain").get(0).path("subject").asString()).contains("CN=");
    }

    @Test
    void one_that_was_let_in_by_tls_and_not_by_the_hub_has_the_handshake_too() throws Exception {
        TestServer.Answer wrong =
                server.ask("GET", "/devices?api-version=2021-04-12", "", Map.of("Authorization", "nonsense"));
        assertThat(wrong.status()).isEqualTo(401);
        String id = wrong.json().path("trackingId").asString();
        TestServer.Answer answer = server.ask("GET", REPORTS + "/" + id, "");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("handshake").path("version").asString()).isEqualTo("TLS 1.3");
        assertThat(answer.json().path("hello").path("versions")).isNotEmpty();
        assertThat(answer.text()).doesNotContain("nonsense");
    }

    @Test
    void reports_outlive_a_restart_and_are_forgotten_on_demand() throws Exception {
        handshake("-servername", "nowhere.holdfast.localhost");
        String id = only("UnknownServerName").path("id").asString();
        server.close();
        server = TestServer.start(directory.resolve("data"));
        assertThat(only("UnknownServerName").path("id").asString()).isEqualTo(id);
        TestServer.Answer none = server.ask("DELETE", REPORTS, "");
        assertThat(none.status()).as("all of them by mistake").isEqualTo(400);
        TestServer.Answer gone = server.ask("DELETE", REPORTS + "?address=127.0.0.1", "");
        assertThat(gone.json().path("deleted").asInt()).isPositive();
        assertThat(reports("?reason=UnknownServerName")).isEmpty();
        assertThat(server.ask("GET", REPORTS + "/" + id, "").errorCode()).isEqualTo("UnknownReport");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?devices=x", "?since=yesterday", "?top=0", "?top=x", "?until=2026"})
    void what_is_not_understood_is_refused_rather_than_ignored(String query) throws Exception {
        assertThat(server.ask("GET", REPORTS + query, "").status()).isEqualTo(400);
    }

    @Test
    void a_stranger_gets_none() throws Exception {
        assertThat(server.ask("GET", REPORTS, "", Map.of("Authorization", "Bearer x"))
                        .status())
                .isEqualTo(401);
    }
}
