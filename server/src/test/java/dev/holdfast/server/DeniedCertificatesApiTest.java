package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestTls;
import dev.holdfast.testkit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a hub denies, over the real ports: the operator says it, and the device notices. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeniedCertificatesApiTest {
    private static final String HUB = "/holdfast/v1/hubs/hub1/";
    private static final String DENIED = HUB + "denied-certificates";
    private static final int ACCEPTED = 0;
    private static final int NOT_AUTHORIZED = 5;
    private static final int CUT_WITHIN_MILLISECONDS = 5000;

    @TempDir
    static Path directory;

    private final Instant before = Instant.now().minus(Duration.ofDays(1));
    private final Instant after = Instant.now().plus(Duration.ofDays(1));
    private final TestAuthority root = new TestAuthority("Plant root", before, after);
    private final TestAuthority line = root.intermediate("Plant line", before, after);
    private TestServer server;
    private List<X509Certificate> roots;

    @BeforeAll
    void start() throws Exception {
        server = TestServer.start(directory.resolve("data"));
        try (var pem = Files.newInputStream(Path.of(server.ready().trustBundle()))) {
            roots = CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        }
        assertThat(post("certificate-authorities", Map.of("name", "plant", "certificate", pem(root.certificate())))
                        .status())
                .isEqualTo(201);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String pem(X509Certificate certificate) {
        return Pem.write(certificate);
    }

    private TestServer.Answer post(String below, Map<String, ?> body) throws IOException {
        return server.ask("POST", HUB + below, JsonMapper.shared().writeValueAsString(body));
    }

    private TestServer.Answer deny(Map<String, ?> body) throws IOException {
        return post("denied-certificates", body);
    }

    private void remove(String id) throws IOException {
        assertThat(server.ask("DELETE", DENIED + "/" + id, "").status()).isEqualTo(204);
    }

    /** As openssl prints it behind a sign of equality. */
    private String openssl(X509Certificate certificate, String... options) throws Exception {
        Path file = Files.writeString(directory.resolve("asked.pem"), pem(certificate));
        String[] command = new String[options.length + 5];
        System.arraycopy(new String[] {"openssl", "x509", "-noout", "-in", file.toString()}, 0, command, 0, 5);
        System.arraycopy(options, 0, command, 5, options.length);
        String output = Tool.run("", command).output().strip();
        return output.substring(output.indexOf('=') + 1);
    }

    private void create(String device) throws IOException {
        assertThat(post("devices", Map.of("id", device, "authentication", "ca")).status())
                .isEqualTo(201);
    }

    private SSLSocket open(SSLContext client) throws IOException {
        return TestTls.connect(client, "localhost", server.hub().mqttPort(), "TLSv1.3");
    }

    private int knock(SSLContext client, String device) throws IOException {
        try (SSLSocket socket = open(client)) {
            return MqttKnock.connect(socket, device);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-sha1", "-sha256", "serial", "thumbprint", "publicKey", "intermediate"})
    void a_connected_device_is_cut_within_five_seconds_and_stays_out_until_the_entry_is_removed(String how)
            throws Exception {
        String device = "cut" + how;
        create(device);
        create("stays-" + how);
        KeyAndCertificate own = line.issue(device, KeyKind.EC_P256, before, after);
        SSLContext client = TestTls.context(roots, own, List.of(line.certificate()));
        SSLContext other = TestTls.context(roots, root.issue("stays-" + how, KeyKind.EC_P256, before, after));
        X509Certificate certificate = own.certificate();
        Map<String, ?> wanted = switch (how) {
            case "serial" ->
                Map.of(
                        "serial",
                        openssl(certificate, "-serial"),
                        "issuer",
                        openssl(certificate, "-issuer", "-nameopt", "RFC2253"));
            case "thumbprint", "publicKey" -> Map.of("certificate", pem(certificate), "by", how);
            case "intermediate" -> Map.of("certificate", pem(line.certificate()));
            default -> Map.of("thumbprint", openssl(certificate, "-fingerprint", how));
        };
        String id;
        try (SSLSocket socket = open(client);
                SSLSocket stays = open(other)) {
            assertThat(MqttKnock.connect(socket, device)).isEqualTo(ACCEPTED);
            assertThat(MqttKnock.connect(stays, "stays-" + how)).isEqualTo(ACCEPTED);
            TestServer.Answer denied = deny(wanted);
            assertThat(denied.status()).as(denied.text()).isEqualTo(201);
            id = denied.json().path("id").asString();
            socket.setSoTimeout(CUT_WITHIN_MILLISECONDS);
            assertThat(socket.getInputStream().read()).as("closed").isEqualTo(-1);
            stays.getOutputStream().write(new byte[] {(byte) 0xC0, 0});
            assertThat(stays.getInputStream().readNBytes(2)).as("PINGRESP").containsExactly(0xD0, 0);
        }
        assertThat(knock(client, device)).isEqualTo(NOT_AUTHORIZED);
        remove(id);
        assertThat(knock(client, device)).isEqualTo(ACCEPTED);
    }

    @Test
    void an_entry_is_added_shown_listed_and_removed() throws Exception {
        X509Certificate certificate =
                line.issue("listed", KeyKind.EC_P256, before, after).certificate();
        TestServer.Answer made = deny(Map.of("certificate", pem(certificate), "by", "serial", "note", "in May"));
        assertThat(made.status()).isEqualTo(201);
        JsonNode json = made.json();
        assertThat(json.path("serial").asString())
                .isEqualTo(certificate.getSerialNumber().toString(16).toUpperCase(Locale.ROOT));
        assertThat(json.path("issuer").asString()).isEqualTo("CN=Plant line");
        assertThat(json.path("note").asString()).isEqualTo("in May");
        String id = json.path("id").asString();
        assertThat(server.ask("GET", DENIED + "/" + id, "").json()).isEqualTo(json);
        assertThat(server.ask("GET", DENIED, "").json().path("deniedCertificates"))
                .contains(json);
        TestServer.Answer again = deny(Map.of("certificate", pem(certificate), "by", "serial"));
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.errorCode()).isEqualTo("DeniedAlready");
        remove(id);
        assertThat(server.ask("GET", DENIED + "/" + id, "").errorCode()).isEqualTo("NotDenied");
        assertThat(server.ask("DELETE", DENIED + "/" + id, "").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | BadRequest",
                "{\"thumbprint\": \"12\", \"serial\": \"1\"} | BadRequest",
                "{\"thumbprint\": \"12\", \"by\": \"serial\"} | BadRequest",
                "{\"thumbprint\": \"12\", \"issuer\": \"CN=x\"} | BadRequest",
                "{\"serial\": \"12\"} | BadRequest",
                "{\"certificate\": \"x\", \"by\": \"name\"} | BadRequest",
                "{\"thumbprint\": \"12\"} | ThumbprintMalformed",
                "{\"publicKey\": \"12\"} | PublicKeyMalformed",
                "{\"serial\": \"g\", \"issuer\": \"CN=x\"} | SerialMalformed",
                "{\"serial\": \"1\", \"issuer\": \"x\"} | IssuerMalformed",
                "{\"certificate\": \"x\"} | NotACertificate"
            })
    void what_can_not_be_denied_is_refused_with_its_reason(String body, String code) throws IOException {
        TestServer.Answer answer = server.ask("POST", DENIED, body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.errorCode()).isEqualTo(code);
    }
}
