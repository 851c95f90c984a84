package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The doctor against an installation that a test makes, well or ill. */
final class DoctorCommandTest {
    @TempDir
    Path directory;

    private StubServer server;
    private Path data;

    @BeforeEach
    void start() throws Exception {
        server = new StubServer(directory);
        data = Files.createDirectory(
                directory.resolve("data"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.copy(server.trustBundle(), data.resolve("ca.pem"));
        secret("operator-token", StubServer.TOKEN);
        Files.createDirectories(data.resolve("pki/rsa"));
        for (String each : List.of("pki", "pki/rsa")) {
            Files.setPosixFilePermissions(data.resolve(each), PosixFilePermissions.fromString("rwx------"));
        }
        secret("pki/rsa/reserve.pem", "key");
        writeReady("localhost", 20_000);
        answerStatus(Duration.ZERO);
        answerCertificates(Duration.ofDays(300));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void secret(String name, String content) throws IOException {
        Path file = Files.writeString(data.resolve(name), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private void writeReady(String hostName, int openMax) throws IOException {
        writeReady(hostName, openMax, URI.create(server.url()).getPort());
    }

    private void writeReady(String hostName, int openMax, int port) throws IOException {
        secret("ready.json", """
                {"pid": %d, "operatorToken": "%s", "trustBundle": "%s", "operator": {"url": "%s/"},
                 "sockets": {"openMax": %d}, "hubs": [{"name": "hub1", "hostName": "%s", "httpsPort": %d}]}
                """.formatted(
                        ProcessHandle.current().pid(),
                        StubServer.TOKEN,
                        server.trustBundle(),
                        server.url(),
                        openMax,
                        hostName,
                        port));
    }

    private void answerStatus(Duration behind) {
        server.on("GET /holdfast/v1/status", 200, """
                {"version": "9.9.9", "startedAt": "%s", "uptimeSeconds": 60, "hubs": []}
                """.formatted(
                        Instant.now().minusSeconds(60).minus(behind)));
    }

    private void answerCertificates(Duration life) {
        server.on("GET /holdfast/v1/certificates/server", 200, """
                {"chains": [{"keyType": "rsa", "certificates": [
                  {"level": "leaf", "subject": "CN=leaf", "expiry": "%s"}]}]}
                """.formatted(
                        Instant.now().plus(life)));
        server.on("GET /holdfast/v1/certificates/server/roots", 200, """
                {"roots": [{"world": "default", "chain": "rsa", "role": "primary"},
                           {"world": "default", "chain": "rsa", "role": "reserve"}]}
                """);
    }

    private Ran run(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "doctor";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        Ran ran = Ran.of(Map.of("HOLDFAST_DATA", data.toString()), all);
        assertThat(ran.out() + ran.err()).doesNotContain(StubServer.TOKEN);
        return ran;
    }

    /** State and sentence of the worst finding of a check. */
    private static String worst(Ran ran, String check) {
        List<JsonNode> found = ran.json()
                .path("checks")
                .valueStream()
                .filter(each -> each.path("check").asString().equals(check))
                .toList();
        assertThat(found).as(check + " in " + ran.out()).isNotEmpty();
        return found.stream()
                .map(each -> each.path("state").asString() + ": "
                        + each.path("sentence").asString())
                .max(Comparator.comparingInt(text ->
                        List.of("ok", "unknown", "warning", "failed").indexOf(text.substring(0, text.indexOf(':')))))
                .orElseThrow();
    }

    @Test
    void what_is_well_is_said_and_what_each_sdk_needs() {
        Ran ran = run("--json");
        for (String check : List.of(
                "java", "permissions", "ca file", "server", "clock", "certificates", "reserve roots", "names")) {
            assertThat(worst(ran, check)).as(check).startsWith("ok: ");
        }
        assertThat(worst(ran, "random numbers")).startsWith("ok: ");
        assertThat(run().out())
                .contains(
                        "NODE_EXTRA_CA_CERTS=CA",
                        "server_verification_cert",
                        "OPTION_TRUSTED_CERT",
                        data.resolve("ca.pem").toString());
    }

    @Test
    void a_port_is_asked_for_both_chains_and_the_missing_one_told() throws Exception {
        Path certificate = directory.resolve("c.pem");
        Path key = directory.resolve("k.pem");
        Tool.Result made = Tool.run(
                "",
                ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2 -subj /CN=s -addext"
                                + " subjectAltName=DNS:localhost -keyout " + key + " -out " + certificate)
                        .split(" "));
        assertThat(made.exitCode()).as(made.output()).isZero();
        Files.writeString(data.resolve("ca.pem"), Files.readString(certificate), StandardOpenOption.APPEND);
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        writeReady("localhost", 20_000, port);
        try (Tool openssl = Tool.start(
                "openssl",
                "s_server",
                "-accept",
                "127.0.0.1:" + port,
                "-cert",
                certificate.toString(),
                "-key",
                key.toString())) {
            assertThat(openssl.hears("ACCEPT")).isTrue();
            assertThat(worst(run("--json"), "ports"))
                    .startsWith("warning: localhost")
                    .contains("only the ECDSA chain is shown");
        }
    }

    @Test
    void secrets_that_are_open_to_others_are_named_with_the_command_that_closes_them() throws IOException {
        for (String name : List.of("operator-token", "pki/rsa/reserve.pem", "pki")) {
            Path path = data.resolve(name);
            var before = Files.getPosixFilePermissions(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-x---"));
            Ran ran = run("--json");
            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.err()).startsWith("holdfast: failed: ").contains("permissions");
            assertThat(worst(ran, "permissions"))
                    .contains("chmod " + (Files.isDirectory(path) ? "700 " : "600 ") + path);
            Files.setPosixFilePermissions(path, before);
        }
        assertThat(worst(run("--json"), "permissions")).startsWith("ok");
    }

    @Test
    void a_name_that_does_not_resolve_comes_with_the_line_that_mends_it() throws IOException {
        writeReady("hub1.no-such-name.invalid", 20_000);
        Ran ran = run("--json");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(worst(ran, "names"))
                .startsWith("failed")
                .endsWith("/etc/hosts, with the address by which clients reach the"
                        + " server: 127.0.0.1 hub1.no-such-name.invalid");
        // It is still asked for, at this machine.
        assertThat(worst(ran, "ports")).startsWith("failed: hub1.no-such-name.invalid, port ");
    }

    @Test
    void clocks_certificates_and_files_that_will_fail_are_told_before() throws IOException {
        answerStatus(Duration.ofMinutes(2));
        answerCertificates(Duration.ofDays(20));
        writeReady("localhost", 1_000_000_000);
        Ran soon = run("--json");
        assertThat(worst(soon, "clock")).startsWith("warning").contains("s apart");
        assertThat(worst(soon, "certificates")).startsWith("warning").contains("19 days", "cert server renew");
        assertThat(worst(soon, "open files"))
                .startsWith("warning")
                .contains("sockets.openMax", "LimitNOFILE=1000000500");

        answerStatus(Duration.ofHours(1));
        answerCertificates(Duration.ofDays(-1));
        Ran late = run("--json");
        assertThat(late.status()).isEqualTo(1);
        assertThat(worst(late, "clock")).startsWith("failed");
        assertThat(worst(late, "certificates")).startsWith("failed");
    }

    @Test
    void without_a_reserve_root_it_warns() {
        server.on(
                "GET /holdfast/v1/certificates/server/roots",
                200,
                "{\"roots\": [{\"world\": \"default\", \"chain\": \"ecdsa\", \"role\": \"primary\"}]}");
        assertThat(worst(run("--json"), "reserve roots")).startsWith("warning").contains("ecdsa of world default");
    }

    @Test
    void a_stopped_server_is_told_and_the_rest_still_checked() throws IOException {
        Files.delete(data.resolve("ready.json"));
        Ran ran = run("--json");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err().lines()).containsExactly("holdfast: failed: server.");
        assertThat(worst(ran, "server")).contains("holdfast up");
        assertThat(worst(ran, "certificates")).startsWith("warning: The trusted root 'CN=stub root' ends at ");
        assertThat(worst(ran, "permissions")).startsWith("ok");
        assertThat(worst(ran, "settings file")).startsWith("unknown");
    }

    @Test
    void a_killed_server_leaves_a_ready_file_and_no_ports() {
        server.close();
        Ran ran = run("--json");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(worst(ran, "server")).contains("still running");
        assertThat(worst(ran, "ports")).startsWith("failed").contains("no TCP connection");
    }

    @Test
    void a_settings_file_that_can_not_be_read_is_told() {
        Ran ran = run("--json", "--config", directory.resolve("gone.yaml").toString());
        assertThat(worst(ran, "settings file")).startsWith("failed");
    }

    @Test
    void no_installation_is_told() {
        Ran ran = run("--data", directory.resolve("nowhere").toString());
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).contains("There is no directory");
    }
}
