package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What is known of devices through the operator API, and changes of policy that would lose one. */
class FleetApiTest {
    private static final String ROOT = "/holdfast/v1/";

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

    private JsonNode get(String path) throws IOException {
        TestServer.Answer answer = ask("GET", path, "");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    /** The demo device, once; its id. */
    private String connect() throws IOException {
        String text = Objects.requireNonNull(server.hub().demoDeviceConnectionString());
        try (TestDevice device = TestDevice.connect(server.ready(), text, null)) {
            assertThat(device.isEnded()).isFalse();
        }
        return text.replaceAll(".*DeviceId=([^;]*).*", "$1");
    }

    /** RSA key exchange is all that it takes, and a Java client of today does not offer that. */
    private void addPolicyThatLoses() throws IOException {
        assertThat(ask("PUT", "policies/rsa-legacy", """
                {"name": "rsa-legacy", "lowestVersion": "1.2", "highestVersion": "1.2", "certificates": ["rsa"],
                 "suites": ["TLS_RSA_WITH_AES_128_CBC_SHA"], "groups": ["x25519"]}""").status()).isEqualTo(201);
    }

    @Test
    void a_device_that_was_let_in_is_known_shown_counted_and_forgotten() throws Exception {
        String id = connect();

        JsonNode shown = get("hubs/hub1/fleet/devices/" + id);
        assertThat(shown.path("version").asString()).isEqualTo("TLS 1.3");
        assertThat(shown.path("authentication").asString()).isEqualTo("sas");
        assertThat(shown.path("tlsStack").asString()).isEqualTo("Java (JSSE)");
        assertThat(shown.path("serverKey").asString()).isEqualTo("RSA");
        assertThat(shown.path("policy").asString()).isEqualTo("hub-2025");
        assertThat(shown.path("hello").path("suites").size()).isPositive();
        assertThat(shown.path("serverName").isNull()).isTrue();
        assertThat(get("hubs/hub1/fleet/devices").path("devices").findValuesAsString("device"))
                .containsExactly(id);
        assertThat(get("hubs/hub1/fleet/devices?needs=sha1").path("devices").size())
                .isZero();
        JsonNode summary = get("hubs/hub1/fleet/summary");
        assertThat(summary.path("devices").asInt()).isEqualTo(1);
        assertThat(summary.path("offers").path("tls1.3").asInt()).isEqualTo(1);

        assertThat(ask("DELETE", "hubs/hub1/fleet/devices/" + id, "").status()).isEqualTo(200);
        assertThat(ask("GET", "hubs/hub1/fleet/devices/" + id, "").errorCode()).isEqualTo("DeviceNotSeen");
        assertThat(ask("DELETE", "hubs/hub1/fleet/devices/" + id, "").status()).isEqualTo(404);
    }

    @Test
    void what_is_known_lives_through_a_restart() throws Exception {
        String id = connect();
        JsonNode before = get("hubs/hub1/fleet/devices/" + id);
        server.close();

        server = TestServer.start(directory.resolve("data"));

        assertThat(get("hubs/hub1/fleet/devices/" + id)).isEqualTo(before);
    }

    @Test
    void a_change_that_would_lose_a_device_is_made_only_when_that_is_accepted() throws Exception {
        String id = connect();
        addPolicyThatLoses();

        JsonNode found = get("hubs/hub1/fleet/dry-run?policy=rsa-legacy");
        assertThat(found.path("lost").asInt()).isEqualTo(1);
        assertThat(found.path("devices").get(0).path("device").asString()).isEqualTo(id);
        assertThat(found.path("losses").get(0).path("explanation").asString()).contains("rsa-legacy");

        TestServer.Answer refused = ask("PUT", "hubs/hub1/policy", "{\"policy\":\"rsa-legacy\"}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.errorCode()).isEqualTo("DevicesWouldBeLost");
        assertThat(refused.text()).contains(id, "1 of 1", "NoCommonSuite");
        assertThat(refused.json().path("dryRun").path("lost").asInt()).isEqualTo(1);
        assertThat(refused.json().path("dryRun").path("neverSeen").asInt())
                .as("the demo device may be among them")
                .isEqualTo(found.path("neverSeen").asInt());
        assertThat(get("hubs/hub1/policy").path("policy").asString()).isEqualTo("hub-2025");

        assertThat(ask("PUT", "hubs/hub1/policy", "{\"policy\":\"rsa-legacy\",\"acceptLoss\":true}")
                        .status())
                .isEqualTo(200);
        // It is lost already, so another change loses nobody.
        assertThat(ask("PUT", "hubs/hub1/policy", "{\"policy\":\"rsa-legacy\"}").status())
                .isEqualTo(200);
        assertThat(ask("PUT", "hubs/hub1/policy", "{\"policy\":null}").status()).isEqualTo(200);
    }

    @Test
    void a_policy_in_use_is_changed_for_the_worse_only_when_that_is_accepted() throws Exception {
        connect();
        String good = """
                {"name": "own-legacy", "lowestVersion": "1.2", "highestVersion": "1.2", "certificates": ["rsa"],
                 "suites": ["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"], "groups": ["x25519"]}""";
        String bad = good.replace(", \"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"", "");
        assertThat(ask("PUT", "policies/own-legacy", good).status()).isEqualTo(201);
        assertThat(ask("PUT", "policies/own-legacy", bad).status())
                .as("not in use")
                .isEqualTo(200);
        assertThat(ask("PUT", "policies/own-legacy", good).status()).isEqualTo(200);
        assertThat(ask("PUT", "hubs/hub1/policy", "{\"policy\":\"own-legacy\"}").status())
                .isEqualTo(200);

        assertThat(ask("PUT", "policies/own-legacy", bad).errorCode()).isEqualTo("DevicesWouldBeLost");
        assertThat(get("policies/own-legacy").path("suites").size()).isEqualTo(2);
        assertThat(ask("PUT", "policies/own-legacy?acceptLoss=true", bad).status())
                .isEqualTo(200);
    }

    @Test
    void a_device_that_was_deleted_can_not_be_lost_and_one_that_was_never_seen_is_named() throws Exception {
        String id = connect();
        addPolicyThatLoses();
        ask("POST", "hubs/hub1/devices", "{\"id\":\"new\",\"authentication\":\"sas\"}");
        ask("DELETE", "hubs/hub1/devices/" + id, "");

        JsonNode found = get("hubs/hub1/fleet/dry-run?policy=rsa-legacy");

        assertThat(found.path("lost").asInt()).isZero();
        assertThat(found.path("neverSeen").asInt()).isEqualTo(1);
        assertThat(found.path("devices").get(0).path("device").asString()).isEqualTo("new");
        TestServer.Answer changed = ask("PUT", "hubs/hub1/policy", "{\"policy\":\"rsa-legacy\"}");
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.json().path("dryRun").path("neverSeen").asInt()).isEqualTo(1);
    }

    @Test
    void modules_are_counted_for_themselves() throws Exception {
        String id = connect();
        ask("POST", "hubs/hub1/devices/" + id + "/modules", "{\"id\":\"new\",\"authentication\":\"sas\"}");

        JsonNode found = get("hubs/hub1/fleet/dry-run?policy=modern");

        assertThat(found.path("neverSeen").asInt()).isEqualTo(1);
        assertThat(found.path("devices").findValuesAsString("device")).containsExactly(id + "/new");
        ask("DELETE", "hubs/hub1/devices/" + id + "/modules/new", "");
        assertThat(get("hubs/hub1/fleet/dry-run?policy=modern")
                        .path("neverSeen")
                        .asInt())
                .isZero();
    }

    @Test
    void a_dry_run_comes_in_pages() throws Exception {
        for (String id : List.of("a", "b", "c")) {
            ask("POST", "hubs/hub1/devices", "{\"id\":\"" + id + "\",\"authentication\":\"sas\"}");
        }
        connect();

        JsonNode first = get("hubs/hub1/fleet/dry-run?policy=modern&top=2");
        String next = first.path("next").asString();
        JsonNode second = get("hubs/hub1/fleet/dry-run?policy=modern&top=2&after=" + next);

        assertThat(first.path("devices").findValuesAsString("device")).containsExactly("a", "b");
        assertThat(second.path("devices").findValuesAsString("device")).containsExactly("c");
        assertThat(second.has("next")).isFalse();
    }

    @Test
    void a_second_trial_reports_anew() throws Exception {
        addPolicyThatLoses();
        String id = "";
        for (int trial = 0; trial < 2; trial++) {
            assertThat(ask("PUT", "hubs/hub1/policy", "{\"reportOnly\":\"rsa-legacy\"}")
                            .status())
                    .isEqualTo(200);
            id = connect();
            assertThat(ask("PUT", "hubs/hub1/policy", "{\"reportOnly\":null}").status())
                    .isEqualTo(200);
        }

        assertThat(get("reports?hub=hub1&device=" + id).path("reports").size()).isEqualTo(2);
    }

    @Test
    void a_query_of_reports_that_means_nothing_is_refused() throws Exception {
        for (String query : List.of("before=zzz", "address=localhost", "address=999.1.1.1", "foo=1")) {
            assertThat(ask("GET", "reports?" + query, "").status()).as(query).isEqualTo(400);
        }
        assertThat(ask("GET", "reports?foo=1", "").text()).contains("before", "top", "until");
    }

    @Test
    void a_report_is_found_by_any_spelling_of_its_address() throws Exception {
        addPolicyThatLoses();
        ask("PUT", "hubs/hub1/policy", "{\"reportOnly\":\"rsa-legacy\"}");
        connect();

        assertThat(get("reports?address=127.0.0.1").path("reports").size()).isEqualTo(1);
        assertThat(get("reports?address=::ffff:127.0.0.1").path("reports").size())
                .isEqualTo(1);
    }

    @Test
    void a_policy_that_is_only_tried_lets_in_and_reports_once() throws Exception {
        addPolicyThatLoses();
        assertThat(ask("PUT", "hubs/hub1/policy", "{\"reportOnly\":\"rsa-legacy\"}")
                        .json()
                        .path("reportOnly")
                        .asString())
                .isEqualTo("rsa-legacy");
        assertThat(get("hubs/hub1/policy").path("policy").asString()).isEqualTo("hub-2025");

        String id = connect();
        String again = connect();

        assertThat(again).isEqualTo(id);
        JsonNode reports = get("reports?hub=hub1&device=" + id).path("reports");
        assertThat(reports.size()).isEqualTo(1);
        assertThat(reports.get(0).path("reason").asString()).isEqualTo("NoCommonSuite");
        assertThat(reports.get(0).path("explanation").asString()).contains("was let in", "report-only");
        assertThat(reports.get(0).path("details").path("reportOnly").asBoolean())
                .isTrue();
        assertThat(get("policies/rsa-legacy").path("reportOnlyHubs").get(0).asString())
                .isEqualTo("hub1");
        assertThat(ask("DELETE", "policies/rsa-legacy", "").errorCode()).isEqualTo("PolicyInUse");

        server.close();
        server = TestServer.start(directory.resolve("data"));
        assertThat(get("hubs/hub1").path("reportOnly").asString()).isEqualTo("rsa-legacy");
        assertThat(ask("PUT", "hubs/hub1/policy", "{\"reportOnly\":null}").status())
                .isEqualTo(200);
        assertThat(get("hubs/hub1/policy").path("reportOnly").isNull()).isTrue();
        assertThat(ask("DELETE", "policies/rsa-legacy", "").status()).isEqualTo(204);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | hubs/hub1/fleet/devices?need=sha1 | | 400 | none of",
                "GET | hubs/hub1/fleet/devices?needs=sha256 | | 400 | sha1, cbc",
                "GET | hubs/hub1/fleet/devices?offers=x | | 400 | tls1.3, ecdsa",
                "GET | hubs/hub1/fleet/devices?notSeenSince=yesterday | | 400 | is a time",
                "GET | hubs/hub1/fleet/devices?top=0 | | 400 | 'top'",
                "GET | hubs/hub1/fleet/dry-run | | 400 | policy=NAME",
                "GET | hubs/hub1/fleet/dry-run?policy=no-such | | 400 | UnknownTlsPolicy",
                "GET | hubs/hub1/fleet/dry-run?policy=modern&after=x | | 400 | 'after'",
                "GET | hubs/hub1/fleet/devices/nobody | | 404 | DeviceNotSeen",
                "GET | hubs/hub1/fleet | | 404 | NotFound",
                "PUT | hubs/hub1/fleet/summary | | 405 | Only GET",
                "PUT | hubs/hub1/policy | {\"reportOnly\":\"no-such\"} | 400 | UnknownTlsPolicy",
                "PUT | hubs/hub1/policy | {\"policy\":\"modern\",\"acceptLoss\":1} | 400 | acceptLoss"
            })
    void what_can_not_be_is_refused_with_the_reason(
            String method, String path, @Nullable String body, int status, String word) throws IOException {
        TestServer.Answer answer = ask(method, path, body == null ? "" : body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.text()).contains(word);
    }
}
