package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class PolicyCommandTest extends AgainstStubServer {
    private static final String OWN = """
            {"name": "plant", "lowestVersion": "1.0", "highestVersion": "1.2", "order": "server",
             "suites": ["TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA@secp256r1"],
             "groups": ["secp256r1"], "certificates": ["rsa"], "clientSignatures": [],
             "retirements": {"TLS_RSA_WITH_3DES_EDE_CBC_SHA": "2022-10-01T00:00:00Z", "1.0": "2027-01-01T00:00:00Z",
                             "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "2028-01-01T00:00:00Z"},
             "builtIn": false, "source": "ours", "hubs": ["hub1"]}""";

    @Test
    void policies_are_listed_with_the_default_and_the_hubs_that_have_them() throws Exception {
        server.on("GET /holdfast/v1/policies", 200, """
                {"default": "hub-2025", "policies": [
                 {"name": "hub-2025", "lowestVersion": "1.2", "highestVersion": "1.3", "suites": ["a", "b"],
                  "builtIn": true, "hubs": ["hub1", "plant-2"]},
                 {"name": "own", "lowestVersion": "1.2", "highestVersion": "1.2", "suites": ["a"], "builtIn": false,
                  "hubs": []}]}""");

        Ran ran = run("policy", "list");
        assertThat(ran.status()).isZero();

        assertThat(ran.out().lines())
                .satisfiesExactly(
                        header -> assertThat(header).matches("NAME +TLS +SUITES +KIND +HUBS"),
                        row -> assertThat(row)
                                .matches("hub-2025 \\(default\\) +1.2 to 1.3 +2 +comes with the server +hub1, plant-2"),
                        row -> assertThat(row).matches("own +1.2 +1 +your own *"));
    }

    @Test
    void a_policy_is_shown_with_what_it_stands_for_and_what_retires() throws Exception {
        server.on("GET /holdfast/v1/policies/plant", 200, OWN);

        Ran ran = run("policy", "show", "plant");
        assertThat(ran.status()).isZero();

        assertThat(ran.out())
                .contains("Stands for:   ours")
                .contains("TLS:          1.0 to 1.2")
                .contains("TLS_RSA_WITH_3DES_EDE_CBC_SHA (until 2022-10-01T00:00:00Z)")
                .contains("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA@secp256r1 (until 2028-01-01T00:00:00Z)")
                .contains("TLS 1.0 until 2027-01-01T00:00:00Z")
                .contains("in the server's order");
    }

    @Test
    void a_hub_gets_a_policy_and_loses_it() throws Exception {
        server.on("PUT /holdfast/v1/hubs/hub1/policy", 200, "{\"policy\": \"modern\"}");

        Ran ran = run("policy", "set", "hub1", "modern");
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("hub1 has the policy modern");
        assertThat(run("policy", "set", "hub1", "--default").status()).isZero();

        assertThat(server.asked())
                .containsExactly(
                        "PUT /holdfast/v1/hubs/hub1/policy {\"policy\":\"modern\"}",
                        "PUT /holdfast/v1/hubs/hub1/policy {\"policy\":null}");
    }

    private static final String FOUND = """
            {"judged": 7, "failing": 2, "lost": 1, "notKnown": 0, "neverSeen": 3,
             "losses": [{"reason": "NoCommonSuite", "devices": 2, "explanation": "They have no suite in common."}],
             "devices": [{"hub": "hub1", "device": "pump", "outcome": "fails", "reason": "NoCommonSuite", "loss": 0,
                          "failsNow": false, "lastSeen": "2026-11-22T10:00:00Z", "address": "192.0.2.7",
                          "client": "=HYPERLINK(1), \\"x\\""}]%s}""";

    @Test
    void a_change_that_loses_nobody_says_so_first() throws Exception {
        server.on("PUT /holdfast/v1/hubs/hub1/policy", 200, """
                {"policy": "modern", "dryRun": {"judged": 1, "failing": 0, "lost": 0, "notKnown": 0, "neverSeen": 2,
                 "losses": [], "devices": []}}""");

        Ran ran = run("policy", "set", "hub1", "modern");
        assertThat(ran.status()).isZero();

        assertThat(ran.out().lines())
                .satisfiesExactly(
                        found -> assertThat(found)
                                .startsWith("Of 1 known device of all hubs 0 would be refused")
                                .endsWith("never seen: 2."),
                        done -> assertThat(done).contains("hub1 has the policy modern"));
    }

    @Test
    void a_policy_that_would_lose_devices_names_them_and_needs_yes() throws Exception {
        server.on(
                "PUT /holdfast/v1/hubs/hub1/policy",
                409,
                "{\"error\": {\"code\": \"DevicesWouldBeLost\", \"message\": \"Somebody would be lost: --yes.\"}, \"dryRun\": "
                        + FOUND.formatted("") + "}");

        Ran ran = run("policy", "set", "hub1", "modern");
        assertThat(ran.status()).isEqualTo(1);

        assertThat(ran.err()).contains("Somebody would be lost");
        assertThat(ran.out())
                .contains("NoCommonSuite, 2 devices: They have no suite in common.")
                .containsPattern("hub1 +pump +fails +NoCommonSuite");
        server.on("PUT /holdfast/v1/hubs/hub1/policy", 200, "{\"policy\": \"modern\"}");
        assertThat(run("policy", "set", "hub1", "modern", "--yes").status()).isZero();
        assertThat(server.asked())
                .last()
                .isEqualTo("PUT /holdfast/v1/hubs/hub1/policy {\"policy\":\"modern\",\"acceptLoss\":true}");
    }

    @Test
    void a_change_of_an_own_policy_is_accepted_with_yes() throws Exception {
        server.on("PUT /holdfast/v1/policies/plant?acceptLoss=true", 200, OWN);
        String file = Files.writeString(directory.resolve("p.json"), OWN).toString();

        assertThat(run("policy", "add", file, "--yes").status()).isZero();
    }

    @Test
    void a_change_that_could_not_be_rehearsed_says_so() throws Exception {
        server.on(
                "PUT /holdfast/v1/hubs/hub1/policy",
                200,
                "{\"policy\": \"modern\", \"notRehearsed\": \"Whom it will refuse could not be found out.\"}");

        Ran ran = run("policy", "set", "hub1", "modern", "--yes");

        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines())
                .containsExactly(
                        "Whom it will refuse could not be found out.",
                        "Hub hub1 has the policy modern from the next handshake on; who is connected stays.");
    }

    @Test
    void a_policy_is_tried_and_that_is_ended() throws Exception {
        server.on("PUT /holdfast/v1/hubs/hub1/policy", 200, "{\"policy\": \"hub-2025\", \"reportOnly\": \"modern\"}");
        Ran ran = run("policy", "set", "hub1", "modern", "--report-only");
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("tries the policy modern");
        server.on("PUT /holdfast/v1/hubs/hub1/policy", 200, "{\"policy\": \"hub-2025\", \"reportOnly\": null}");
        ran = run("policy", "set", "hub1", "--report-only", "none");
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("tries no policy any more");

        assertThat(server.asked())
                .containsExactly(
                        "PUT /holdfast/v1/hubs/hub1/policy {\"reportOnly\":\"modern\"}",
                        "PUT /holdfast/v1/hubs/hub1/policy {\"reportOnly\":null}");
        assertThat(run("policy", "set", "hub1", "--report-only").status()).isEqualTo(2);
        assertThat(run("policy", "set", "hub1", "modern", "--report-only", "none")
                        .status())
                .isEqualTo(2);
        assertThat(run("policy", "set", "hub1", "--default", "--report-only", "none")
                        .status())
                .isEqualTo(2);
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void a_dry_run_is_shown_as_text_json_and_csv_with_all_its_pages() throws Exception {
        String path = "GET /holdfast/v1/hubs/hub1/fleet/dry-run?";
        server.onEvery(path, 200, FOUND.formatted(""));

        Ran ran = run("policy", "dry-run", "hub1", "--policy", "modern");
        assertThat(ran.status()).isZero();
        assertThat(ran.out())
                .contains("Of 7 known devices of all hubs 2 would be refused, 1 of them let in now,")
                .contains("Registered and never seen: 3.");
        assertThat(server.asked().getFirst()).contains("policy=modern");

        ran = run("policy", "dry-run", "hub1", "--policy", "modern", "--csv");
        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines())
                .containsExactly(
                        "hub,device,outcome,reason,failsNow,lastSeen,address,client",
                        "hub1,pump,fails,NoCommonSuite,false,2026-11-22T10:00:00Z,192.0.2.7,\"'=HYPERLINK(1), \"\"x\"\"\"");

        server.onEvery(path, 200, FOUND.formatted(", \"next\": \"fails/hub1/pump\""));
        server.on(
                server.asked().getFirst().replaceFirst(" *$", "") + "&after=fails%2Fhub1%2Fpump",
                200,
                FOUND.formatted(""));
        ran = run("policy", "dry-run", "hub1", "--policy", "modern", "--json");
        assertThat(ran.status()).isZero();
        assertThat(JsonMapper.shared().readTree(ran.out()).path("devices").size())
                .isEqualTo(2);
        assertThat(run("policy", "dry-run", "hub1", "--policy", "modern", "--json", "--csv")
                        .status())
                .isEqualTo(2);
    }

    @Test
    void neither_or_both_of_policy_and_default_is_wrong_use() throws Exception {
        assertThat(run("policy", "set", "hub1").status()).isEqualTo(2);
        Ran ran = run("policy", "set", "hub1", "modern", "--default");
        assertThat(ran.status()).isEqualTo(2);

        assertThat(server.asked()).isEmpty();
        assertThat(ran.err()).contains("Name a policy, or say --default.");
    }

    @Test
    void what_show_prints_can_be_given_back() throws Exception {
        server.on("PUT /holdfast/v1/policies/plant", 201, OWN);

        Ran ran = run(
                "policy",
                "add",
                Files.writeString(directory.resolve("p.json"), OWN).toString());
        assertThat(ran.status()).isZero();

        assertThat(ran.out()).contains("holds for hub1 from the next handshake on");
        assertThat(server.asked()).singleElement().asString().doesNotContain("builtIn", "source", "hubs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "{}", "{\"name\": \"..\"}"})
    void what_is_no_policy_is_refused_before_anyone_is_asked(String text) throws Exception {
        Ran ran = run(
                "policy",
                "add",
                Files.writeString(directory.resolve("p.json"), text).toString());
        assertThat(ran.status()).isEqualTo(1);

        assertThat(server.asked()).isEmpty();
        assertThat(ran.err()).contains("p.json").doesNotContain("Exception").doesNotContain("jackson");
    }

    @Test
    void a_policy_is_deleted() throws Exception {
        server.on("DELETE /holdfast/v1/policies/plant", 204, "");

        Ran ran = run("policy", "delete", "plant");
        assertThat(ran.status()).isZero();

        assertThat(ran.out()).contains("Policy plant is deleted.");
    }

    @Test
    void a_hub_is_made_with_what_was_asked_for_its_tls() throws Exception {
        server.on("POST /holdfast/v1/hubs", 201, "{\"name\": \"plant\", \"hostName\": \"plant.example\"}");

        assertThat(run("hub", "create", "plant", "--min-tls", "1.2", "--no-ecc").status())
                .isZero();
        assertThat(run("hub", "create", "plant", "--policy", "modern").status()).isZero();

        assertThat(server.asked())
                .containsExactly(
                        "POST /holdfast/v1/hubs {\"name\":\"plant\",\"minTlsVersion\":\"1.2\",\"eccCertificates\":false}",
                        "POST /holdfast/v1/hubs {\"name\":\"plant\",\"policy\":\"modern\"}");
    }
}
