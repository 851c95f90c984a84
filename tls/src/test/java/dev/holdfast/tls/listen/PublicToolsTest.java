package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Live;
import dev.holdfast.pki.DeviceCertificates;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.Tool;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The front door against OpenSSL and GnuTLS, the libraries of most devices. */
class PublicToolsTest {
    private TestDoor door;

    @TempDir
    Path files;

    @BeforeEach
    void open() throws IOException {
        door = new TestDoor();
    }

    @AfterEach
    void close() {
        door.close();
    }

    private static String caFile() {
        return TestDoor.AUTHORITIES.trustBundle().toString();
    }

    private List<String> opensslCommand(String caFile, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + door.port(),
                "-CAfile",
                caFile,
                "-verify_return_error"));
        command.addAll(List.of(options));
        return command;
    }

    /** Connects, verifies against ca.pem, waits for its line to come back, and ends; or fails before. */
    private Tool.Result openssl(String... options) throws InterruptedException {
        return echoed(opensslCommand(caFile(), options), "Q\n");
    }

    private static Tool.Result echoed(List<String> command, String goodbye) throws InterruptedException {
        try (Tool tool = Tool.start(command.toArray(String[]::new))) {
            tool.say("is-anyone-there\n").hears("is-anyone-there");
            return tool.say(goodbye).finish();
        }
    }

    private Tool.Result gnutls(String priority, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "gnutls-cli",
                "--port",
                String.valueOf(door.port()),
                "--x509cafile",
                caFile(),
                "--sni-hostname",
                "hub1.holdfast.localhost",
                "--verify-hostname",
                "hub1.holdfast.localhost",
                "--priority",
                priority));
        command.addAll(List.of(options));
        command.add("127.0.0.1");
        return echoed(command, "");
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2,TLSv1.2", "-tls1_3,TLSv1.3"})
    void openssl_verifies_every_name_against_the_trust_bundle(String option, String version) throws Exception {
        for (String name : List.of(
                "hub1.holdfast.localhost",
                "hub1.device.holdfast.localhost",
                "hub1.service.holdfast.localhost",
                "global.holdfast.localhost",
                "localhost")) {
            Tool.Result result = openssl(option, "-servername", name, "-verify_hostname", name);

            assertThat(result.output()).as(name).contains("Verify return code: 0 (ok)");
            assertThat(result.exitCode()).isZero();
            assertThat(door.handshake().version()).isEqualTo(version);
        }
        for (String address : List.of("127.0.0.1", "::1")) {
            assertThat(openssl(option, "-noservername", "-verify_ip", address).output())
                    .as(address)
                    .contains("Verify return code: 0 (ok)");
        }
        assertThat(door.reports).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "a.b.holdfast.localhost", "holdfast.localhost"})
    void openssl_refuses_names_that_the_certificate_does_not_have(String name) throws Exception {
        Tool.Result result = openssl("-servername", name, "-verify_hostname", name);

        assertThat(result.exitCode()).isNotZero();
        assertThat(door.report().explanation()).contains("*.holdfast.localhost").contains(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1", "-tls1_1"})
    void old_versions_get_alert_70(String option) throws Exception {
        Tool.Result result = openssl(option, "-cipher", "DEFAULT:@SECLEVEL=0");

        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("SSL alert number 70");
        Report report = door.report();
        assertThat(report.reason()).isEqualTo("NoCommonVersion");
        assertThat(report.explanation()).contains("TLS 1.3, TLS 1.2");
        assertThat(door.reports).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AES128-SHA",
                "AES256-GCM-SHA384",
                "DHE-RSA-AES256-GCM-SHA384",
                "ECDHE-RSA-AES128-SHA",
                "ECDHE-RSA-CHACHA20-POLY1305"
            })
    void suites_out_of_the_list_get_alert_40(String suite) throws Exception {
        Tool.Result result = openssl("-tls1_2", "-cipher", suite + ":@SECLEVEL=0");

        assertThat(result.output()).contains("SSL alert number 40");
        assertThat(door.report().reason()).isEqualTo("NoCommonSuite");
    }

    @ParameterizedTest
    @CsvSource({
        "ECDHE-RSA-AES128-GCM-SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-RSA-AES256-GCM-SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-RSA-AES128-SHA256,TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        "ECDHE-RSA-AES256-SHA384,TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "ECDHE-ECDSA-AES128-GCM-SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-ECDSA-AES128-SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        "ECDHE-ECDSA-AES256-SHA384,TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"
    })
    void each_suite_of_2025_works_with_the_chain_of_its_kind(String opensslName, String ianaName) throws Exception {
        Tool.Result result =
                openssl("-tls1_2", "-cipher", opensslName, "-verify_hostname", "localhost", "-noservername");

        assertThat(result.output())
                .contains("Verify return code: 0 (ok)")
                .contains("Holdfast " + (opensslName.contains("ECDSA") ? "ECC" : "RSA") + " Intermediate");
        assertThat(door.handshake().cipherSuite()).isEqualTo(ianaName);
    }

    @ParameterizedTest
    @CsvSource({"TLS_AES_256_GCM_SHA384,true", "TLS_AES_128_GCM_SHA256,true", "TLS_CHACHA20_POLY1305_SHA256,false"})
    void tls_1_3_suites_are_those_of_the_policy(String suite, boolean accepted) throws Exception {
        Tool.Result result = openssl("-tls1_3", "-ciphersuites", suite);

        if (accepted) {
            assertThat(result.output()).contains("Verify return code: 0 (ok)");
            assertThat(door.handshake().cipherSuite()).isEqualTo(suite);
        } else {
            assertThat(result.output()).contains("SSL alert number 40");
            assertThat(door.report().reason()).isEqualTo("NoCommonSuite");
        }
    }

    @Test
    void a_tls_1_3_client_that_verifies_only_ecdsa_gets_the_ecc_chain() throws Exception {
        Tool.Result result =
                openssl("-tls1_3", "-sigalgs", "ECDSA+SHA256:ECDSA+SHA384", "-verify_hostname", "localhost");

        assertThat(result.output()).contains("Verify return code: 0 (ok)").contains("Holdfast ECC Intermediate");
    }

    @Test
    void the_root_is_not_sent() throws Exception {
        String output = openssl("-showcerts").output();

        assertThat(output.split("-----BEGIN CERTIFICATE-----", -1)).hasSize(1 + 2);
    }

    @Test
    void openssl_without_our_root_says_unknown_ca_and_is_explained() throws Exception {
        Instant now = Instant.now();
        Path foreign = files.resolve("foreign.pem");
        Files.writeString(
                foreign,
                Pem.write(new TestAuthority("Foreign", now.minusSeconds(60), now.plusSeconds(3600)).certificate()));
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            Tool.Result result = echoed(
                    opensslCommand(foreign.toString(), "-servername", "hub1.holdfast.localhost", version), "Q\n");

            assertThat(result.exitCode()).isNotZero();
            Report report = door.report();
            assertThat(report.reason()).isEqualTo("ClientAlertUnknownCa");
            assertThat(report.explanation()).contains("Holdfast RSA Root").contains("ca.pem");
        }
        assertThat(door.reports).isEmpty();
    }

    @Test
    void openssl_client_certificates_arrive_and_again_after_resumption() throws Exception {
        for (List<String> version : List.of(List.of("-tls1_2"), List.of("-tls1_2", "-no_ticket"), List.of("-tls1_3"))) {
            for (KeyKind kind : List.of(KeyKind.RSA_2048, KeyKind.EC_P256)) {
                KeyAndCertificate device =
                        DeviceCertificates.selfSigned("dev1", kind, Duration.ofDays(1), InstantSource.system());
                Path pem = files.resolve("device.pem");
                Files.writeString(pem, Pem.write(device.key()) + Pem.write(device.certificate()));
                Path session = files.resolve("session" + String.join("", version) + kind);

                String[] sessions = {"-sess_out", "-sess_in"};
                for (String saveOrUse : sessions) {
                    List<String> options = new ArrayList<>(version);
                    options.addAll(List.of("-cert", pem.toString(), saveOrUse, session.toString()));
                    Tool.Result result = openssl(options.toArray(String[]::new));

                    assertThat(result.output()).contains("Verify return code: 0 (ok)");
                    assertFullOrResumed(door.handshake(), device, saveOrUse.equals("-sess_in"));
                }
            }
        }
    }

    private static void assertFullOrResumed(Handshake handshake, KeyAndCertificate device, boolean resumed) {
        assertThat(handshake.resumed()).isEqualTo(resumed);
        assertThat(handshake.peer())
                .isInstanceOfSatisfying(
                        PeerIdentity.Certificates.class,
                        shown -> assertThat(shown.leaf()).isEqualTo(device.certificate()));
    }

    @Test
    void a_session_is_not_resumed_under_a_name_with_a_policy_of_its_own() throws Exception {
        door.directory.put("own.holdfast.localhost", new Live<>(NamedPolicies.standard()));
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            String session = files.resolve("session" + version).toString();
            openssl(version, "-servername", "hub1.holdfast.localhost", "-sess_out", session);
            assertThat(door.handshake().resumed()).isFalse();

            openssl(version, "-servername", "own.holdfast.localhost", "-sess_in", session);
            assertThat(door.handshake().resumed()).as(version).isFalse();

            openssl(version, "-servername", "hub1.holdfast.localhost", "-sess_in", session);
            assertThat(door.handshake().resumed()).as(version).isTrue();
        }
    }

    @Test
    void renegotiation_is_refused_and_explained() throws Exception {
        // A line that begins with R asks openssl for a renegotiation.
        Tool.Result result = echoed(opensslCommand(caFile(), "-tls1_2"), "R\n");

        assertThat(result.output()).contains("RENEGOTIATING");
        assertThat(result.exitCode()).as("ended, which is no answer to it").isNotZero();
        assertThat(door.report().reason()).isEqualTo("RenegotiationRefused");
        assertThat(door.reports).isEmpty();
    }

    @Test
    void a_maximum_fragment_length_is_honoured() throws Exception {
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            assertThat(openssl(version, "-maxfraglen", "512").output()).contains("Verify return code: 0 (ok)");
        }
    }

    @ParameterizedTest
    @CsvSource({"NORMAL:-VERS-ALL:+VERS-TLS1.2,TLSv1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3,TLSv1.3"})
    void gnutls_verifies_the_name_and_the_chain(String priority, String version) throws Exception {
        Tool.Result result = gnutls(priority);

        assertThat(result.output()).contains("The certificate is trusted").contains("Handshake was completed");
        assertThat(result.exitCode()).isZero();
        assertThat(door.handshake().version()).isEqualTo(version);
    }

    @Test
    void gnutls_with_ecdsa_only_gets_the_ecc_chain() throws Exception {
        for (String version : List.of("TLS1.2", "TLS1.3")) {
            String only = version.equals("TLS1.2")
                    ? "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA"
                    : "NORMAL:-VERS-ALL:+VERS-TLS1.3:-SIGN-ALL:+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384";
            Tool.Result result = gnutls(only);

            assertThat(result.output()).contains("The certificate is trusted").contains("Holdfast ECC Intermediate");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NORMAL:-VERS-ALL:+VERS-TLS1.0", "NORMAL:-VERS-ALL:+VERS-TLS1.1"})
    void gnutls_of_old_versions_is_told_so(String priority) throws Exception {
        Tool.Result result = gnutls(priority);

        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("alert [70]");
        assertThat(door.report().reason()).isEqualTo("NoCommonVersion");
    }

    @Test
    void gnutls_with_3des_only_is_told_so() throws Exception {
        Tool.Result result = gnutls("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+3DES-CBC:+RSA");

        assertThat(result.output()).contains("alert [40]");
        assertThat(door.report().explanation()).contains("3DES");
    }
}
