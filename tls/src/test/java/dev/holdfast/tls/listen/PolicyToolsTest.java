package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Live;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.testkit.Tool;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.policy.PolicyBuilder;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.tls.report.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every policy that comes with the server, as OpenSSL and GnuTLS see it. */
class PolicyToolsTest {
    private static final String NAME = "hub1.holdfast.localhost";
    private static final String OLD = ":@SECLEVEL=0";
    private static final Pattern RECORD =
            Pattern.compile("(?m)^<<< TLS [0-9.]+, RecordHeader \\[length 0005]\\R +([0-9a-f ]+)$");

    private static final Pattern GNUTLS_RECORD =
            Pattern.compile("Received Packet [A-Za-z ]+\\(\\d+\\) with length: (\\d+)");

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T12:00:00Z"));
    private TestDoor door;

    @BeforeEach
    void open() throws IOException {
        door = new TestDoor(clock);
    }

    @AfterEach
    void close() {
        door.close();
    }

    private void policy(String name) {
        policy(NamedPolicies.get(name));
    }

    private void policy(TlsPolicy policy) {
        door.directory.put(NAME, new Live<>(policy));
    }

    /** Connects, verifies, waits for its line to come back, and ends; or fails before. */
    private Tool.Result openssl(String... options) throws InterruptedException {
        return echoed(opensslCommand(options), "Q\n");
    }

    private List<String> opensslCommand(String... options) {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + door.port(),
                "-servername",
                NAME,
                "-CAfile",
                TestDoor.AUTHORITIES.trustBundle().toString(),
                "-verify_return_error"));
        command.addAll(List.of(options));
        return command;
    }

    private Tool.Result gnutls(String priority, String... options) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "gnutls-cli",
                "--port",
                String.valueOf(door.port()),
                "--x509cafile",
                TestDoor.AUTHORITIES.trustBundle().toString(),
                "--sni-hostname",
                NAME,
                "--verify-hostname",
                NAME,
                "--priority",
                priority));
        command.addAll(List.of(options));
        command.add("127.0.0.1");
        return echoed(command, "");
    }

    private static Tool.Result echoed(List<String> command, String goodbye) throws InterruptedException {
        try (Tool tool = Tool.start(command.toArray(String[]::new))) {
            tool.say("is-anyone-there\n").hears("is-anyone-there");
            return tool.say(goodbye).finish();
        }
    }

    private void assertNegotiated(String version, String suite) throws InterruptedException {
        var handshake = door.handshake();
        assertThat(handshake.version()).isEqualTo(version);
        assertThat(handshake.cipherSuite()).isEqualTo(suite);
        assertThat(door.reports).isEmpty();
    }

    private Report assertRefused(Tool.Result result, int alert, String reason) throws InterruptedException {
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("alert number " + alert);
        Report report = door.report();
        assertThat(report.reason()).isEqualTo(reason);
        assertThat(door.handshakes).isEmpty();
        return report;
    }

    @Test
    void the_engine_can_do_what_old_devices_speak() {
        assertThat(EngineSwitches.areInEffect()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "ECDHE-RSA-AES128-SHA256, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        "DHE-RSA-AES256-GCM-SHA384, TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
        "DHE-RSA-AES128-GCM-SHA256, TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
        "AES256-GCM-SHA384, TLS_RSA_WITH_AES_256_GCM_SHA384",
        "AES128-GCM-SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256",
        "AES256-SHA256, TLS_RSA_WITH_AES_256_CBC_SHA256",
        "AES128-SHA256, TLS_RSA_WITH_AES_128_CBC_SHA256",
        "ECDHE-RSA-AES256-SHA, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        "ECDHE-RSA-AES128-SHA, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "AES256-SHA, TLS_RSA_WITH_AES_256_CBC_SHA",
        "AES128-SHA, TLS_RSA_WITH_AES_128_CBC_SHA"
    })
    void the_hub_of_2021_speaks_its_suites(String openssl, String iana) throws Exception {
        policy("hub-2021-legacy");

        assertThat(openssl("-tls1_2", "-cipher", openssl + OLD).exitCode()).isZero();

        assertNegotiated("TLSv1.2", iana);
    }

    @ParameterizedTest
    @CsvSource({"-tls1,TLSv1", "-tls1_1,TLSv1.1"})
    void the_hub_of_2021_speaks_old_versions_with_and_without_ecdhe(String option, String version) throws Exception {
        policy("hub-2021-legacy");
        for (String[] suite : new String[][] {
            {"AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"},
            {"AES256-SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"},
            {"ECDHE-RSA-AES256-SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"}
        }) {
            assertThat(openssl(option, "-cipher", suite[0] + OLD).exitCode()).isZero();

            assertNegotiated(version, suite[1]);
        }
    }

    @Test
    void the_hub_of_2021_follows_the_client_and_negotiates_down() throws Exception {
        policy("hub-2021-legacy");

        openssl("-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384:AES256-SHA:ECDHE-RSA-AES128-SHA256");
        assertNegotiated("TLSv1.2", "TLS_RSA_WITH_AES_256_CBC_SHA");

        openssl("-cipher", "ECDHE-RSA-AES128-SHA256:AES256-SHA");
        assertNegotiated("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256");
    }

    @Test
    void the_hub_of_2021_does_not_speak_tls_1_3() throws Exception {
        policy("hub-2021-legacy");

        assertRefused(openssl("-tls1_3"), 70, "NoCommonVersion");
    }

    @Test
    void triple_des_ended_on_its_date_and_a_clock_of_2021_still_has_it() throws Exception {
        policy("hub-2021-legacy");
        String tripleDes = "NONE:+VERS-TLS1.0:+RSA:+3DES-CBC:+SHA1:+COMP-NULL:+SIGN-ALL:%COMPAT";

        clock.set(Instant.parse("2021-06-01T00:00:00Z"));
        // By GnuTLS's clock our certificates are good; only the server's says 2021.
        assertThat(gnutls(tripleDes).exitCode()).isZero();
        assertNegotiated("TLSv1", "TLS_RSA_WITH_3DES_EDE_CBC_SHA");

        clock.set(Instant.parse("2022-10-01T00:00:00Z"));
        assertThat(gnutls(tripleDes).exitCode()).isNotZero();
        Report report = door.report();
        assertThat(report.reason()).isEqualTo("Retired");
        assertThat(report.explanation())
                .contains("TLS_RSA_WITH_3DES_EDE_CBC_SHA")
                .contains("hub-2021-legacy")
                .contains("2022-10-01");
    }

    @Test
    void a_version_that_retired_gets_alert_70_and_the_date() throws Exception {
        policy(new PolicyBuilder("ends-legacy")
                .versions(TlsVersion.TLS_1_1, TlsVersion.TLS_1_2)
                .suites("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")
                .retire(TlsVersion.TLS_1_1, Instant.parse("2025-08-31T00:00:00Z"))
                .build());

        Report report = assertRefused(openssl("-tls1_1", "-cipher", "ALL" + OLD), 70, "Retired");

        assertThat(report.explanation()).contains("TLS 1.1").contains("2025-08-31");
    }

    @ParameterizedTest
    @CsvSource({
        "hub-2021-strict, ECDHE-RSA-AES128-GCM-SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "hub-2021-strict, ECDHE-RSA-AES256-GCM-SHA384, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "hub-2021-strict, ECDHE-RSA-AES128-SHA256, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        "hub-2021-strict, ECDHE-RSA-AES256-SHA384, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "hub-2021-strict-ecc, ECDHE-RSA-AES128-GCM-SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "hub-2021-strict-ecc, ECDHE-ECDSA-AES128-GCM-SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "hub-2021-ecc-preview, ECDHE-ECDSA-AES128-GCM-SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "hub-2021-ecc-preview, ECDHE-ECDSA-AES256-GCM-SHA384, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "hub-2021-ecc-preview, ECDHE-ECDSA-AES128-SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        "hub-2021-ecc-preview, ECDHE-ECDSA-AES256-SHA384, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
        "dps-2024-recommended, ECDHE-RSA-AES256-SHA384, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "modern, ECDHE-RSA-CHACHA20-POLY1305, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "modern, ECDHE-ECDSA-AES256-GCM-SHA384, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    })
    void each_policy_speaks_its_suites(String policy, String openssl, String iana) throws Exception {
        policy(policy);

        assertThat(openssl("-tls1_2", "-cipher", openssl).exitCode()).isZero();

        assertNegotiated("TLSv1.2", iana);
    }

    @ParameterizedTest
    @CsvSource({
        "hub-2021-strict, AES128-GCM-SHA256",
        "hub-2021-strict, ECDHE-RSA-AES128-SHA",
        "hub-2021-strict, DHE-RSA-AES256-GCM-SHA384",
        "hub-2021-strict, ECDHE-ECDSA-AES128-GCM-SHA256",
        "hub-2021-ecc-preview, ECDHE-RSA-AES128-GCM-SHA256",
        "hub-2025, AES128-SHA",
        "hub-2025, ECDHE-RSA-CHACHA20-POLY1305",
        "modern, ECDHE-RSA-AES128-SHA256",
        "dps-2024-recommended, ECDHE-RSA-AES128-SHA",
        "dps-2024-recommended, AES128-GCM-SHA256"
    })
    void a_hello_without_any_suite_of_the_policy_gets_alert_40(String policy, String suite) throws Exception {
        policy(policy);

        assertRefused(openssl("-tls1_2", "-cipher", suite + OLD), 40, "NoCommonSuite");
    }

    @ParameterizedTest
    @CsvSource({
        "hub-2021-strict, -tls1",
        "hub-2021-strict, -tls1_1",
        "hub-2021-strict, -tls1_3",
        "hub-2021-strict-ecc, -tls1_1",
        "hub-2021-ecc-preview, -tls1_3",
        "hub-2025, -tls1_1",
        "modern, -tls1",
        "dps-2024-recommended, -tls1_1",
        "dps-2024-legacy-security, -tls1_1",
        "dps-2024-legacy-performance, -tls1"
    })
    void a_version_outside_the_policy_gets_alert_70(String policy, String option) throws Exception {
        policy(policy);

        assertRefused(openssl(option, "-cipher", "ALL" + OLD), 70, "NoCommonVersion");
    }

    @Test
    void dps_legacy_options_differ_in_what_they_prefer() throws Exception {
        String offer = "AES128-SHA:AES256-SHA:AES128-GCM-SHA256:AES256-GCM-SHA384";
        policy("dps-2024-legacy-security");
        openssl("-tls1_2", "-cipher", offer);
        assertNegotiated("TLSv1.2", "TLS_RSA_WITH_AES_256_GCM_SHA384");

        policy("dps-2024-legacy-performance");
        openssl("-tls1_2", "-cipher", offer);
        assertNegotiated("TLSv1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256");
    }

    @Test
    void a_suite_with_a_curve_in_its_name_is_used_with_that_curve_only() throws Exception {
        policy("dps-2024-legacy-security");
        String both = "ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-SHA";

        Tool.Result result = openssl("-tls1_2", "-cipher", both, "-groups", "P-256:P-384");
        assertThat(result.output()).contains("Server Temp Key: ECDH, secp384r1");
        assertNegotiated("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA");

        result = openssl("-tls1_2", "-cipher", both, "-groups", "P-256");
        assertThat(result.output()).contains("Server Temp Key: ECDH, prime256v1");
        assertNegotiated("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");

        Report report = assertRefused(
                openssl("-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA", "-groups", "P-256"), 40, "NoCommonGroup");
        assertThat(report.explanation()).contains("the policy accepts secp384r1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X25519:P-256", "ffdhe2048", "ffdhe3072:P-256"})
    void finite_field_exchange_works_with_and_without_named_groups_of_it(String groups) throws Exception {
        policy("hub-2021-legacy");

        Tool.Result result = openssl("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256", "-groups", groups);

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertNegotiated("TLSv1.2", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256");
    }

    @Test
    void the_modern_policy_prefers_by_its_own_order_and_names_the_signatures_it_takes() throws Exception {
        policy("modern");

        Tool.Result result = openssl("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384");

        assertNegotiated("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
        assertThat(result.output())
                .containsPattern("Requested Signature Algorithms: .*ECDSA\\+SHA256")
                .containsPattern("Requested Signature Algorithms: .*RSA\\+SHA256")
                .doesNotContainPattern("Requested Signature Algorithms: .*SHA1")
                .doesNotContainPattern("Requested Signature Algorithms: .*SHA224")
                .doesNotContainPattern("Requested Signature Algorithms: .*Ed448");
    }

    @Test
    void a_policy_says_how_client_certificates_may_sign(@TempDir Path files) throws Exception {
        policy(new PolicyBuilder("rsa-devices")
                .versions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_3)
                .suites("TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
                // In TLS 1.3 the list is one of signatures in certificates, too.
                .clientSignatures(List.of(SignatureScheme.RSA_PSS_RSAE_SHA256, SignatureScheme.RSA_PKCS1_SHA256))
                .build());
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            openssl(version, "-cert", device(files, "rsa:2048"));
            assertThat(door.handshake().peer()).as(version).isInstanceOf(PeerIdentity.Certificates.class);

            // OpenSSL keeps to itself what it is not asked for.
            openssl(version, "-cert", device(files, "ec -pkeyopt ec_paramgen_curve:P-256"));
            assertThat(door.handshake().peer()).as(version).isInstanceOf(PeerIdentity.Anonymous.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "hub-2021-legacy, -tls1, rsa:2048",
        "hub-2021-legacy, -tls1_1, rsa:2048",
        "hub-2021-legacy, -tls1, ec -pkeyopt ec_paramgen_curve:P-256",
        "hub-2021-legacy, -tls1_2, ec -pkeyopt ec_paramgen_curve:P-384",
        "hub-2025, -tls1_2, ec -pkeyopt ec_paramgen_curve:P-384",
        "hub-2025, -tls1_2, ec -pkeyopt ec_paramgen_curve:P-521",
        "hub-2025, -tls1_3, ec -pkeyopt ec_paramgen_curve:P-521",
        "hub-2025, -tls1_2, ed25519",
        "hub-2025, -tls1_3, ed25519",
        "hub-2025, -tls1_3, ed448",
        "hub-2025, -tls1_2, rsa:4096",
        "hub-2025, -tls1_3, rsa:4096",
        "hub-2025, -tls1_3, rsa:1024",
        "modern, -tls1_3, ec -pkeyopt ec_paramgen_curve:P-521",
    })
    void a_client_certificate_of_any_usual_key_passes_the_handshake(
            String policy, String version, String key, @TempDir Path files) throws Exception {
        policy(policy);

        Tool.Result result = openssl(version, "-cert", device(files, key), "-cipher", "ALL" + OLD);

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(door.handshake().peer()).isInstanceOf(PeerIdentity.Certificates.class);
    }

    /** A file with a new key of a kind that openssl knows by this name, and a certificate that it signed. */
    private static String device(Path files, String key) throws InterruptedException {
        String file =
                files.resolve(key.replaceAll("[^a-zA-Z0-9]", "-") + ".pem").toString();
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-noenc", "-subj", "/CN=dev1"));
        command.addAll(List.of("-keyout", file, "-out", file + ".crt", "-newkey"));
        command.addAll(List.of(key.split(" ")));
        Tool.Result made = Tool.run("", command.toArray(String[]::new));
        assertThat(made.exitCode()).as(made.output()).isZero();
        return append(file, file + ".crt");
    }

    private static String append(String file, String certificate) {
        try {
            Files.writeString(Path.of(file), Files.readString(Path.of(certificate)), StandardOpenOption.APPEND);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2, 512", "-tls1_2, 2048", "-tls1_2, 4096", "-tls1_3, 512", "-tls1_3, 1024", "-tls1_3, 4096"})
    void small_records_are_made_when_a_client_asks_for_them_handshake_included(String version, int max)
            throws Exception {
        policy("hub-2025");

        int largest = largestRecord(longEcho(version, "-maxfraglen", String.valueOf(max), "-msg"));

        assertThat(largest).isLessThanOrEqualTo(max + 64);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void small_records_are_made_in_a_resumed_session_too(String version, @TempDir Path files) throws Exception {
        policy("hub-2025");
        String session = files.resolve("session").toString();
        assertThat(openssl(version, "-maxfraglen", "512", "-sess_out", session).exitCode())
                .isZero();
        assertThat(door.handshake().resumed()).isFalse();

        // What comes back in the connection is longer than a record may be.
        Tool.Result result = longEcho(version, "-maxfraglen", "512", "-sess_in", session, "-msg");

        assertThat(door.handshake().resumed()).isTrue();
        assertThat(largestRecord(result)).isLessThanOrEqualTo(512 + 64);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3"})
    void gnutls_gets_small_records(String priority) throws Exception {
        policy("hub-2025");

        Tool.Result result = gnutls(priority, "--recordsize", "512", "--debug", "5");

        assertThat(result.exitCode()).as(result.output()).isZero();
        int largest = 0;
        Matcher records = GNUTLS_RECORD.matcher(result.output());
        while (records.find()) {
            largest = Math.max(largest, Integer.parseInt(records.group(1)));
        }
        assertThat(largest).as(result.output()).isPositive().isLessThanOrEqualTo(512 + 64);
    }

    private Tool.Result longEcho(String... options) throws InterruptedException {
        try (Tool tool = Tool.start(opensslCommand(options).toArray(String[]::new))) {
            tool.say("x".repeat(9_000) + "is-all\n").hears("is-all");
            return tool.say("Q\n").finish();
        }
    }

    private static int largestRecord(Tool.Result result) {
        assertThat(result.exitCode()).as(result.output()).isZero();
        int largest = 0;
        Matcher records = RECORD.matcher(result.output());
        while (records.find()) {
            String[] header = records.group(1).trim().split(" ");
            largest = Math.max(largest, Integer.parseInt(header[3] + header[4], 16));
        }
        assertThat(largest).as("a record in " + result.output()).isPositive();
        return largest;
    }

    @Test
    void a_name_of_ours_that_nobody_has_gets_alert_112() throws Exception {
        door.close();
        door = new TestDoor(clock, List.of("holdfast.localhost"));

        Report report = assertRefused(openssl(), 112, "UnknownServerName");

        assertThat(report.explanation()).contains("'" + NAME + "'");
    }
}
