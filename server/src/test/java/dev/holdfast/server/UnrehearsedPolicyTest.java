package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of TLS policies while what is known of devices can't be read. */
class UnrehearsedPolicyTest {
    private static final String ROOT = "/holdfast/v1/";
    private static final String OWN = """
            {"name": "own", "lowestVersion": "1.2", "highestVersion": "1.2", "certificates": ["rsa"],
             "suites": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"], "groups": ["x25519"]}""";

    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void startWithDamagedInsight() throws Exception {
        Path data = directory.resolve("data");
        server = TestServer.start(data);
        String device = Objects.requireNonNull(server.hub().demoDeviceConnectionString());
        try (TestDevice connected = TestDevice.connect(server.ready(), device, null)) {
            assertThat(connected.isEnded()).isFalse();
        }
        assertThat(ask("PUT", "policies/own", OWN).status()).isEqualTo(201);
        server.close();
        damage(data.resolve("insight").resolve("insight.db"));
        server = TestServer.start(data);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Leaves the first page, by which the database is opened, and spoils those with rows. */
    private static void damage(Path database) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            file.seek(16);
            int page = file.readUnsignedShort();
            assertThat(file.length()).isGreaterThan(page);
            byte[] spoilt = new byte[(int) file.length() - page];
            file.seek(page);
            file.write(spoilt);
        }
    }

    private TestServer.Answer ask(String method, String path, String body) throws IOException {
        return server.ask(method, ROOT + path, body);
    }

    private String policyOfHub() throws IOException {
        return ask("GET", "hubs/hub1/policy", "").json().path("policy").asString();
    }

    @Test
    void a_hub_gets_another_policy_only_when_any_loss_is_accepted_and_the_answer_and_the_log_say_so() throws Exception {
        TestServer.Answer refused = ask("PUT", "hubs/hub1/policy", "{\"policy\":\"own\"}");

        assertThat(refused.status()).as(refused.text()).isEqualTo(503);
        assertThat(refused.errorCode()).isEqualTo("StorageFailed");
        assertThat(refused.text()).contains("'own'", "Nothing was changed", "--yes", "acceptLoss");
        assertThat(policyOfHub()).isEqualTo("hub-2025");

        try (LogLines log = new LogLines()) {
            TestServer.Answer changed = ask("PUT", "hubs/hub1/policy", "{\"policy\":\"own\",\"acceptLoss\":true}");

            assertThat(changed.status()).as(changed.text()).isEqualTo(200);
            assertThat(changed.json().path("policy").asString()).isEqualTo("own");
            assertThat(changed.json().path("notRehearsed").asString()).contains("'own'", "could not be found out");
            assertThat(changed.json().has("dryRun")).isFalse();
            assertThat(log.all()).anyMatch(line -> line.contains("'own'") && line.contains("without a rehearsal"));
        }
        assertThat(policyOfHub()).isEqualTo("own");
    }

    @Test
    void a_policy_is_changed_only_when_any_loss_is_accepted() throws Exception {
        String other = OWN.replace("AES_128_GCM_SHA256", "CHACHA20_POLY1305_SHA256");

        TestServer.Answer refused = ask("PUT", "policies/own", other);

        assertThat(refused.status()).as(refused.text()).isEqualTo(503);
        assertThat(refused.errorCode()).isEqualTo("StorageFailed");
        assertThat(ask("GET", "policies/own", "").text()).contains("AES_128_GCM");

        TestServer.Answer changed = ask("PUT", "policies/own?acceptLoss=true", other);

        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        assertThat(changed.json().path("notRehearsed").asString()).contains("could not be found out");
        assertThat(ask("GET", "policies/own", "").text()).contains("CHACHA20");
    }

    @Test
    void a_policy_that_is_only_tried_needs_no_rehearsal_and_goes_with_another_one() throws Exception {
        TestServer.Answer tried = ask("PUT", "hubs/hub1/policy", "{\"reportOnly\":\"own\"}");

        assertThat(tried.status()).as(tried.text()).isEqualTo(200);
        assertThat(tried.json().path("reportOnly").asString()).isEqualTo("own");

        TestServer.Answer both =
                ask("PUT", "hubs/hub1/policy", "{\"policy\":\"own\",\"reportOnly\":\"modern\",\"acceptLoss\":true}");

        assertThat(both.status()).as(both.text()).isEqualTo(200);
        assertThat(both.json().path("policy").asString()).isEqualTo("own");
        assertThat(both.json().path("reportOnly").asString()).isEqualTo("modern");
        assertThat(both.json().has("notRehearsed")).isTrue();
    }

    @Test
    void a_new_policy_needs_no_rehearsal() throws Exception {
        TestServer.Answer added = ask("PUT", "policies/another", OWN.replace("\"own\"", "\"another\""));

        assertThat(added.status()).as(added.text()).isEqualTo(201);
        assertThat(added.json().has("notRehearsed")).isFalse();
    }
}
