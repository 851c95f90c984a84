package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.Main;
import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The server's certificates through the operator API, and what OpenSSL is then shown. */
class ServerCertificatesApiTest {
    private static final String PATH = "/holdfast/v1/certificates/server";
    private static final String HOST = "hub1.holdfast.localhost";

    @TempDir
    Path directory;

    private final Instant now = Instant.now();
    private final TestAuthority root = authority("Public root");
    private final TestAuthority intermediate =
            root.intermediate("Public intermediate", now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(90)));
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestAuthority authority(String name) {
        return new TestAuthority(name, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(90)));
    }

    private KeyAndCertificate leaf(KeyKind kind) {
        return intermediate.issueServer(
                List.of("*.holdfast.localhost", "*.device.holdfast.localhost"),
                kind,
                now.minus(Duration.ofDays(1)),
                now.plus(Duration.ofDays(60)));
    }

    private TestServer.Answer replace(KeyAndCertificate leaf, boolean withRoot) throws IOException {
        String chain = Pem.write(leaf.certificate())
                + Pem.write(intermediate.certificate())
                + (withRoot ? Pem.write(root.certificate()) : "");
        return server.ask(
                "PUT",
                PATH,
                JsonMapper.shared()
                        .createObjectNode()
                        .put("chain", chain)
                        .put("key", Pem.write(leaf.key()))
                        .toString());
    }

    /** @param keyType {@code RSA} or {@code ECDSA} */
    private Tool openssl(String keyType, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + server.hub().mqttPort(),
                "-tls1_2",
                "-cipher",
                "ECDHE-" + keyType + "-AES128-GCM-SHA256",
                "-CAfile",
                server.ready().trustBundle()));
        command.addAll(List.of(options));
        return Tool.start(command.toArray(String[]::new));
    }

    private String handshake(String keyType, String... options) throws InterruptedException {
        try (Tool tool = openssl(keyType, options)) {
            return tool.say("Q\n").finish().output();
        }
    }

    private String toHub(String keyType) throws InterruptedException {
        return handshake(keyType, "-servername", HOST, "-verify_hostname", HOST);
    }

    private JsonNode shown(String keyType) throws IOException {
        return server.ask("GET", PATH, "")
                .json()
                .path("chains")
                .valueStream()
                .filter(chain -> chain.path("keyType").asString().equals(keyType))
                .findFirst()
                .orElseThrow();
    }

    private String leafThumbprint(String keyType) throws IOException {
        return shown(keyType).path("certificates").get(0).path("sha256").asString();
    }

    @Test
    void both_chains_are_shown_up_to_their_roots() throws Exception {
        for (String keyType : List.of("rsa", "ecdsa")) {
            JsonNode chain = shown(keyType);
            assertThat(chain.path("origin").asString()).isEqualTo("own");
            JsonNode certificates = chain.path("certificates");
            assertThat(certificates.findValuesAsString("level")).containsExactly("leaf", "intermediate", "root");
            JsonNode leaf = certificates.get(0);
            assertThat(leaf.path("names").valueStream().map(JsonNode::asString))
                    .contains("*.holdfast.localhost", "localhost", "127.0.0.1");
            assertThat(leaf.path("issuer")).isEqualTo(certificates.get(1).path("subject"));
            assertThat(leaf.path("keyType").asString()).isEqualTo(keyType.equals("rsa") ? "RSA 2048" : "EC 256");
            assertThat(Instant.parse(leaf.path("expiry").asString())).isAfter(now.plus(Duration.ofDays(390)));
            assertThat(leaf.path("sha256").asString()).matches("[0-9A-F]{64}");
        }
    }

    @Test
    void a_renewal_shows_new_leaves_under_the_old_roots_at_once() throws Exception {
        String rsa = leafThumbprint("rsa");
        String ecdsa = leafThumbprint("ecdsa");

        assertThat(server.ask("POST", PATH + "/renew", "{\"keyType\":\"rsa\"}").status())
                .isEqualTo(200);
        assertThat(leafThumbprint("rsa")).isNotEqualTo(rsa);
        assertThat(leafThumbprint("ecdsa")).isEqualTo(ecdsa);

        assertThat(server.ask("POST", PATH + "/renew", "{}").status()).isEqualTo(200);
        assertThat(leafThumbprint("ecdsa")).isNotEqualTo(ecdsa);
        for (String keyType : List.of("RSA", "ECDSA")) {
            assertThat(toHub(keyType)).contains("Verify return code: 0 (ok)");
        }
        assertThat(server.ask("POST", PATH + "/renew", "{\"keyType\":\"dsa\"}").text())
                .contains("rsa or ecdsa");
    }

    @Test
    void a_replaced_chain_is_shown_by_the_next_handshake_and_open_connections_live() throws Exception {
        try (TestDevice device = TestDevice.connect(server.ready());
                Tool old = openssl("RSA", "-servername", HOST)) {
            assertThat(old.hears("Holdfast RSA Root")).isTrue();

            TestServer.Answer replaced = replace(leaf(KeyKind.RSA_2048), true);
            assertThat(replaced.status()).as(replaced.text()).isEqualTo(200);
            assertThat(replaced.json().path("keyType").asString()).isEqualTo("rsa");
            assertThat(replaced.json().path("origin").asString()).isEqualTo("operator");
            assertThat(replaced.json().path("notes").toString())
                    .contains("CN=Public root' is in ca.pem")
                    .contains("not good for *.service.holdfast.localhost");

            // ca.pem has the new root already, so that the chain is good for whoever fetches it.
            assertThat(toHub("RSA")).contains("CN = Public intermediate").contains("Verify return code: 0 (ok)");
            assertThat(toHub("ECDSA")).contains("Holdfast ECC Root").contains("Verify return code: 0 (ok)");
            device.publish("still here");
            device.awaitAcknowledged(1);
            assertThat(old.say("Q\n").finish().exitCode()).isZero();
        }
        assertThat(server.ask("GET", "/.well-known/holdfast/ca.pem", "").text())
                .contains(Pem.write(root.certificate()));
        assertThat(Path.of(server.ready().trustBundle())).content().contains(Pem.write(root.certificate()));
    }

    @Test
    void this_machine_is_always_shown_the_installations_own_so_that_commands_get_through() throws Exception {
        replace(leaf(KeyKind.EC_P256), false);

        assertThat(handshake("ECDSA", "-noservername")).contains("Holdfast ECC Root");
        assertThat(handshake("ECDSA", "-servername", "localhost")).contains("Holdfast ECC Root");
        assertThat(handshake("ECDSA", "-servername", HOST)).contains("CN = Public intermediate");
        assertThat(shown("ecdsa").path("origin").asString()).isEqualTo("operator");
    }

    @Test
    void the_metric_says_when_the_chain_that_is_shown_ends() throws Exception {
        KeyAndCertificate leaf = leaf(KeyKind.EC_P256);
        replace(leaf, true);

        String metrics = PlainHttp.get(
                        Objects.requireNonNull(server.ready().monitoring()).metrics())
                .body();
        String sample = "holdfast_certificate_expiry_seconds{key_type=\"ecdsa\",level=\"leaf\",world=\"default\"} ";
        String value = metrics.lines()
                .filter(line -> line.startsWith(sample))
                .findFirst()
                .orElseThrow()
                .substring(sample.length());
        assertThat((long) Double.parseDouble(value))
                .isEqualTo(leaf.certificate().getNotAfter().toInstant().getEpochSecond());
        assertThat(metrics).contains("level=\"intermediate\"", "level=\"root\"", "key_type=\"rsa\"");
    }

    @Test
    void the_commands_replace_show_and_go_back() throws Exception {
        KeyAndCertificate leaf = leaf(KeyKind.RSA_2048);
        Path chain = Files.writeString(
                directory.resolve("chain.pem"), Pem.write(leaf.certificate()) + Pem.write(intermediate.certificate()));
        Path key = Files.writeString(directory.resolve("key.pem"), Pem.write(leaf.key()));

        assertThat(holdfast("replace", "--chain", chain.toString(), "--key", key.toString()))
                .contains("Clients are shown this chain", "Clients must trust 'CN=Public root'");
        assertThat(holdfast("show"))
                .contains("rsa, given by the operator", "ecdsa, the installation's own", "*.device.holdfast.localhost");
        assertThat(toHub("RSA")).contains("CN = Public intermediate");
        assertThat(holdfast("renew", "--key-type", "rsa")).contains("rsa, the installation's own");
        assertThat(toHub("RSA")).contains("Holdfast RSA Root");
    }

    private String holdfast(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "cert",
                "server"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", directory.resolve("data").toString()));
        return Tool.run("", command.toArray(String[]::new)).output();
    }

    @Test
    void a_chain_without_its_root_is_shown_and_the_answer_says_what_clients_need() throws Exception {
        TestServer.Answer replaced = replace(leaf(KeyKind.EC_P256), false);

        assertThat(replaced.status()).as(replaced.text()).isEqualTo(200);
        assertThat(replaced.json().path("rootKnown").asBoolean()).isFalse();
        assertThat(replaced.json().path("notes").toString()).contains("must trust 'CN=Public root'");
        assertThat(Files.readString(Path.of(server.ready().trustBundle())))
                .doesNotContain(Pem.write(intermediate.certificate()));
    }

    @Test
    void a_replaced_chain_is_shown_after_a_restart_and_its_key_is_closed_to_others() throws Exception {
        replace(leaf(KeyKind.EC_P256), true);
        String shown = leafThumbprint("ecdsa");
        server.close();

        Path data = directory.resolve("data");
        try (Stream<Path> files = Files.walk(data.resolve("pki"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
            }
        }
        server = TestServer.start(data);

        assertThat(leafThumbprint("ecdsa")).isEqualTo(shown);
        assertThat(toHub("ECDSA")).contains("CN = Public intermediate").contains("Verify return code: 0 (ok)");
        assertThat(server.ask("POST", PATH + "/renew", "{}").status()).isEqualTo(200);
        assertThat(shown("ecdsa").path("origin").asString()).isEqualTo("own");
        assertThat(toHub("ECDSA")).contains("Holdfast ECC Root").contains("Verify return code: 0 (ok)");
        assertThat(Files.readString(data.resolve("ca.pem"))).doesNotContain(Pem.write(root.certificate()));
        try (Stream<Path> files = Files.walk(data.resolve("pki"))) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).doesNotContain("operator.pem");
        }
    }

    @Test
    void files_of_the_settings_are_shown_from_the_start_and_again_when_they_change() throws Exception {
        Path chain = directory.resolve("fullchain.pem");
        Path key = directory.resolve("privkey.pem");
        KeyAndCertificate first = leaf(KeyKind.EC_P256);
        KeyAndCertificate second = leaf(KeyKind.EC_P256);
        write(chain, key, first, first);
        server.close();
        server = TestServer.start(TestServer.config(directory.resolve("data"), new Config.CertificateFile(chain, key)));
        assertThat(leafThumbprint("ecdsa")).isEqualTo(thumbprint(first));

        // Half of a renewal, which is no pair, leaves what is shown.
        try (LogLines log = new LogLines()) {
            write(chain, key, second, first);
            log.await("KeyDoesNotFit");
        }
        assertThat(leafThumbprint("ecdsa")).isEqualTo(thumbprint(first));

        try (LogLines log = new LogLines()) {
            write(chain, key, second, second);
            log.await("the ecdsa server certificate is now");
        }
        assertThat(leafThumbprint("ecdsa")).isEqualTo(thumbprint(second));
    }

    private void write(Path chain, Path key, KeyAndCertificate leaf, KeyAndCertificate keyOf) throws IOException {
        Files.writeString(chain, Pem.write(leaf.certificate()) + Pem.write(intermediate.certificate()));
        Files.writeString(key, Pem.write(keyOf.key()));
    }

    private static String thumbprint(KeyAndCertificate leaf) {
        return CertificateFacts.of(leaf.certificate()).sha256();
    }

    @Test
    void a_bad_replacement_is_refused_with_its_reason_and_the_old_chain_stays() throws Exception {
        String before = leafThumbprint("ecdsa");
        KeyAndCertificate good = leaf(KeyKind.EC_P256);
        KeyAndCertificate expired = intermediate.issueServer(
                List.of(HOST), KeyKind.EC_P256, now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1)));
        TestServer.Answer answer = replace(expired, true);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.errorCode()).isEqualTo("CertificateExpired");

        String key = Pem.write(leaf(KeyKind.EC_P256).key());
        TestServer.Answer other = server.ask(
                "PUT",
                PATH,
                JsonMapper.shared()
                        .createObjectNode()
                        .put("chain", Pem.write(good.certificate()))
                        .put("key", key)
                        .toString());
        assertThat(other.errorCode()).isEqualTo("KeyDoesNotFit");
        assertThat(other.text()).doesNotContain(key.lines().toList().get(1));

        TestServer.Answer elsewhere = replace(
                intermediate.issueServer(
                        List.of("iot.elsewhere.example"), KeyKind.EC_P256, now.minusSeconds(60), now.plusSeconds(600)),
                true);
        assertThat(elsewhere.errorCode()).isEqualTo("NamesDoNotFit");
        assertThat(elsewhere.text()).contains("iot.elsewhere.example").contains("*.device.holdfast.localhost");

        assertThat(server.ask("PUT", PATH, "{\"chain\": \"x\"}").errorCode()).isEqualTo("BadRequest");
        assertThat(server.ask("DELETE", PATH, "").status()).isEqualTo(405);
        assertThat(leafThumbprint("ecdsa")).isEqualTo(before);
        assertThat(toHub("ECDSA")).contains("Holdfast ECC Root").contains("Verify return code: 0 (ok)");
    }
}
