package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.Tool;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** TLS policies of hubs through the operator API, and what OpenSSL then sees at the door. */
class TlsPolicyApiTest {
    private static final String ROOT = "/holdfast/v1/";
    private static final String OWN = """
            {"name": "only-chacha", "lowestVersion": "1.2", "highestVersion": "1.2", "order": "server",
             "suites": ["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"], "groups": ["x25519"], "certificates": ["rsa"],
             "clientSignatures": ["rsa_pss_rsae_sha256"], "handshakeSeconds": 20}""";

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

    private TestServer.Answer ask(String method, String path, String body) throws IOException {
        return server.ask(method, ROOT + path, body);
    }

    /** A handshake on the MQTT port, and nothing after it. */
    private String handshake(String serverName, String... options) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + server.hub().mqttPort(),
                "-servername",
                serverName,
                "-CAfile",
                server.ready().trustBundle()));
        command.addAll(List.of(options));
        try (Tool tool = Tool.start(command.toArray(String[]::new))) {
            return tool.say("Q\n").finish().output();
        }
    }

    private String policyOf(String hub) throws IOException {
        return ask("GET", "hubs/" + hub + "/policy", "").json().path("policy").asString();
    }

    @Test
    void a_hub_made_with_min_tls_version_1_2_is_strict_and_says_so() throws Exception {
        TestServer.Answer made = ask("POST", "hubs", "{\"name\":\"plant\",\"minTlsVersion\":\"1.2\"}");

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("minTlsVersion").asString()).isEqualTo("1.2");
        assertThat(made.json().path("policy").asString()).isEqualTo("hub-2021-strict-ecc");
        assertThat(handshake("plant.holdfast.localhost")).contains("Cipher is ECDHE-RSA-AES256-GCM-SHA384");
        assertThat(handshake("plant.device.holdfast.localhost", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"))
                .contains("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256");
        assertThat(handshake("plant.holdfast.localhost", "-tls1_3")).contains("alert number 70");
        assertThat(handshake("hub1.holdfast.localhost", "-tls1_3")).contains("New, TLSv1.3");
    }

    @Test
    void without_ecc_certificates_a_strict_hub_takes_rsa_only() throws Exception {
        ask("POST", "hubs", "{\"name\":\"plant\",\"minTlsVersion\":\"1.2\",\"eccCertificates\":false}");

        assertThat(policyOf("plant")).isEqualTo("hub-2021-strict");
        assertThat(handshake("plant.holdfast.localhost", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"))
                .contains("alert number 40");
    }

    @Test
    void a_hub_gets_another_policy_while_it_runs_and_nobody_is_dropped() throws Exception {
        try (TestDevice device = TestDevice.connect(server.ready())) {
            TestServer.Answer set = ask("PUT", "hubs/hub1/policy", "{\"policy\":\"hub-2021-strict\"}");

            assertThat(set.status()).isEqualTo(200);
            assertThat(set.json().path("policy").asString()).isEqualTo("hub-2021-strict");
            for (String name : List.of("hub1.holdfast.localhost", "hub1.service.holdfast.localhost", "localhost")) {
                assertThat(handshake(name, "-tls1_3")).as(name).contains("alert number 70");
            }
            device.publish("still here");
            device.awaitAcknowledged(1);
            assertThat(device.acknowledged()).containsExactly("still here");
        }
        assertThat(ask("PUT", "hubs/hub1/policy", "{\"policy\":null}")
                        .json()
                        .path("policy")
                        .asString())
                .isEqualTo("hub-2025");
        assertThat(handshake("hub1.holdfast.localhost", "-tls1_3")).contains("New, TLSv1.3");
    }

    @Test
    void what_was_decided_lives_through_a_restart() throws Exception {
        ask("POST", "hubs", "{\"name\":\"plant\",\"minTlsVersion\":\"1.2\"}");
        ask("PUT", "policies/only-chacha", OWN);
        ask("PUT", "hubs/hub1/policy", "{\"policy\":\"only-chacha\"}");
        server.close();

        server = TestServer.start(directory.resolve("data"));

        assertThat(policyOf("plant")).isEqualTo("hub-2021-strict-ecc");
        assertThat(handshake("hub1.holdfast.localhost", "-tls1_2")).contains("Cipher is ECDHE-RSA-CHACHA20-POLY1305");
    }

    @Test
    void an_own_policy_is_added_shown_changed_and_deleted() throws Exception {
        assertThat(ask("PUT", "policies/only-chacha", OWN).status()).isEqualTo(201);

        JsonNode shown = ask("GET", "policies/only-chacha", "").json();
        assertThat(shown.path("suites").get(0).asString()).isEqualTo("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
        assertThat(shown.path("builtIn").asBoolean()).isFalse();
        assertThat(shown.path("handshakeSeconds").asInt()).isEqualTo(20);
        assertThat(ask("GET", "policies", "").json().path("policies").findValuesAsString("name"))
                .startsWith("hub-2025", "modern")
                .endsWith("only-chacha");

        ask("PUT", "hubs/hub1/policy", "{\"policy\":\"only-chacha\"}");
        TestServer.Answer used = ask("DELETE", "policies/only-chacha", "");
        assertThat(used.status()).isEqualTo(409);
        assertThat(used.text()).contains("PolicyInUse").contains("hub1");

        // A change of the policy is one of its hubs.
        assertThat(ask("PUT", "policies/only-chacha", OWN.replace("CHACHA20_POLY1305_SHA256", "AES_128_GCM_SHA256"))
                        .status())
                .isEqualTo(200);
        assertThat(handshake("hub1.holdfast.localhost", "-tls1_2")).contains("Cipher is ECDHE-RSA-AES128-GCM-SHA256");

        ask("PUT", "hubs/hub1/policy", "{\"policy\":\"modern\"}");
        assertThat(ask("DELETE", "policies/only-chacha", "").status()).isEqualTo(204);
        assertThat(ask("GET", "policies/only-chacha", "").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT | hubs/hub1/policy | {\"policy\":\"no-such\"} | 400 | UnknownTlsPolicy",
                "POST | hubs | {\"name\":\"plant\",\"policy\":\"no-such\"} | 400 | UnknownTlsPolicy",
                "POST | hubs | {\"name\":\"plant\",\"minTlsVersion\":\"1.0\"} | 400 | minTlsVersion",
                "DELETE | policies/modern | | 409 | PolicyBuiltIn",
                "DELETE | policies/no-such | | 404 | UnknownTlsPolicy",
                "PUT | policies/a | {\"name\":\"b\",\"suites\":[\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"],\"highestVersion\":\"1.2\"} | 400 | different names",
                "PUT | policies/a | {\"name\":\"a\"} | 400 | needs suites",
                "PUT | policies/a | {\"name\":\"a\",\"suites\":[\"TLS_NO_SUCH\"]} | 400 | TLS_NO_SUCH",
                "PUT | policies/a | {\"name\":\"a\",\"suites\":[\"TLS_RSA_WITH_AES_128_CBC_SHA\"],\"highestVersion\":\"1.2\"} | 400 | legacy",
                "PUT | policies/a | {\"name\":\"a\",\"suits\":[]} | 400 | Its members are",
                "PUT | policies/a | {\"name\":\"a\",\"suites\":[\"TLS_AES_128_GCM_SHA256\"],\"lowestVersion\":\"1.3\",\"handshakeSeconds\":1.5} | 400 | Its members are",
                "PUT | policies/a | [] | 400 | Its members are",
                "PUT | policies/a | {\"name\":\"a\",\"suites\":[null]} | 400 | names",
                "PUT | policies/a | null | 400 | JSON object",
                "PUT | policies/a | {\"name\":\"a\",\"suites\":[\"TLS_AES_128_GCM_SHA256\"],\"order\":\"x\"} | 400 | order"
            })
    void what_can_not_be_is_refused_with_the_reason(
            String method, String path, @Nullable String body, int status, String word) throws IOException {
        TestServer.Answer answer = ask(method, path, body == null ? "" : body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.text()).contains(word).doesNotContain("tools.jackson").doesNotContain("java.");
    }

    @Test
    void a_hub_that_is_deleted_leads_nowhere_from_then_on() throws Exception {
        ask("POST", "hubs", "{\"name\":\"plant\"}");
        assertThat(handshake("plant.holdfast.localhost")).contains("Cipher is TLS_");

        ask("DELETE", "hubs/plant", "");

        assertThat(handshake("plant.holdfast.localhost")).contains("alert number 112");
        assertThat(handshake("global.holdfast.localhost")).contains("Cipher is TLS_");
    }

    @Test
    void a_device_that_names_no_host_gets_the_policy_of_the_first_hub() throws Exception {
        ask("PUT", "hubs/hub1/policy", "{\"policy\":\"hub-2021-strict\"}");

        // The JDK sends no name for a host without a dot.
        try (TestDevice device = TestDevice.connect(server.ready())) {
            device.publish("in TLS 1.2");
            device.awaitAcknowledged(1);
        }
    }

    @Test
    void who_names_no_host_gets_the_policy_that_the_settings_give_the_listener() throws Exception {
        server.close();
        server = TestServer.start(TestServer.config(
                directory.resolve("data"),
                new Config.Policies("hub-2025", "hub-2021-legacy", "hub-2021-ecc-preview", "hub-2021-strict")));

        assertThat(nameless(server.hub().mqttPort(), "-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"))
                .contains("Cipher is DHE-RSA-AES128-GCM-SHA256");
        assertThat(nameless(server.hub().amqpPort(), "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"))
                .contains("alert number 40");
        assertThat(nameless(server.hub().amqpPort(), "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"))
                .contains("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256");
        assertThat(nameless(httpsPort(), "-tls1_3")).contains("alert number 70");
        assertThat(nameless(httpsPort(), "-tls1_2")).contains("Cipher is ECDHE-RSA-");
        // Whoever names the hub gets what the hub has.
        assertThat(handshake("hub1.holdfast.localhost", "-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"))
                .contains("alert number 40");
    }

    @Test
    void the_operator_gets_in_whatever_the_first_hub_was_given() throws Exception {
        ask("PUT", "hubs/hub1/policy", "{\"policy\":\"hub-2021-ecc-preview\"}");

        assertThat(nameless(server.hub().mqttPort(), "-tls1_3")).contains("alert number 70");
        assertThat(nameless(httpsPort(), "-tls1_3")).contains("New, TLSv1.3");
    }

    private int httpsPort() {
        return URI.create(server.ready().operator().url()).getPort();
    }

    private static String nameless(int port, String... options) throws InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("openssl", "s_client", "-noservername", "-connect", "127.0.0.1:" + port));
        command.addAll(List.of(options));
        return Tool.run("Q\n", command.toArray(String[]::new)).output();
    }

    @Test
    void who_names_no_host_is_judged_again_when_the_protocol_names_the_hub() throws Exception {
        ask("POST", "hubs", "{\"name\":\"plant\",\"minTlsVersion\":\"1.2\"}");
        String request = """
                GET /devices?api-version=2021-04-12 HTTP/1.1\r
                Host: plant.holdfast.localhost\r
                Connection: close\r
                Authorization: SharedAccessSignature sr=plant.holdfast.localhost&sig=AAAA&se=9999999999&skn=service\r
                \r
                """;

        assertThat(https(request, "-noservername", "-tls1_3"))
                .contains("401002")
                .contains("its TLS policy hub-2021-strict-ecc does not accept that");
        // The same in a version that the hub accepts gets as far as the token.
        assertThat(https(request, "-noservername", "-tls1_2"))
                .doesNotContain("TLS policy")
                .contains("401002");
    }

    private String https(String request, String... options) throws InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("openssl", "s_client", "-quiet", "-connect", "127.0.0.1:" + httpsPort()));
        command.addAll(List.of(options));
        try (Tool tool = Tool.start(command.toArray(String[]::new))) {
            return tool.say(request).hears("trackingId") ? tool.finish().output() : "";
        }
    }
}
