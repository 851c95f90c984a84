package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Devices with certificates of an authority over TLS: what a session once proved is judged by what is registered now. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AuthorityConnectionTest {
    private static final String HUB = "/holdfast/v1/hubs/hub1/";
    private static final int ACCEPTED = 0;
    private static final int NOT_AUTHORIZED = 5;

    @TempDir
    static Path directory;

    private final Instant before = Instant.now().minus(Duration.ofDays(1));
    private final Instant after = Instant.now().plus(Duration.ofDays(1));
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
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private void register(String name, TestAuthority authority) throws IOException {
        String body = JsonMapper.shared()
                .createObjectNode()
                .put("name", name)
                .put("certificate", Pem.write(authority.certificate()))
                .toString();
        assertThat(server.ask("POST", HUB + "certificate-authorities", body).status())
                .isEqualTo(201);
    }

    private void delete(String name) throws IOException {
        assertThat(server.ask("DELETE", HUB + "certificate-authorities/" + name, "")
                        .status())
                .isEqualTo(204);
    }

    private void create(String device) throws IOException {
        String body = "{\"id\": \"" + device + "\", \"authentication\": \"ca\"}";
        assertThat(server.ask("POST", HUB + "devices", body).status()).isEqualTo(201);
    }

    private SSLSocket open(SSLContext client, String version) throws IOException {
        return TestTls.connect(client, "localhost", server.hub().mqttPort(), version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_resumed_session_is_judged_by_what_is_registered_now(String version) throws Exception {
        TestAuthority root = new TestAuthority("Root " + version, before, after);
        TestAuthority line = root.intermediate("Line " + version, before, after);
        String device = "resumes-" + version;
        KeyAndCertificate own = line.issue(device, KeyKind.EC_P256, before, after);
        SSLContext client = TestTls.context(roots, own, List.of(line.certificate()));
        create(device);
        register("root-" + version, root);

        assertThat(connectWith(client, version, device, false)).isEqualTo(ACCEPTED);
        assertThat(connectWith(client, version, device, true)).isEqualTo(ACCEPTED);
        delete("root-" + version);
        assertThat(connectWith(client, version, device, true)).isEqualTo(NOT_AUTHORIZED);
        register("root-again-" + version, root);
        assertThat(connectWith(client, version, device, true)).isEqualTo(ACCEPTED);
        assertThat(server.ask("PATCH", HUB + "devices/" + device, "{\"enabled\": false}")
                        .status())
                .isEqualTo(200);
        assertThat(connectWith(client, version, device, true)).isEqualTo(NOT_AUTHORIZED);
    }

    private int connectWith(SSLContext client, String version, String device, boolean resumed) throws IOException {
        long began = System.currentTimeMillis();
        try (SSLSocket socket = open(client, version)) {
            assertThat(socket.getSession().getCreationTime() < began)
                    .as("resumed")
                    .isEqualTo(resumed);
            return MqttKnock.connect(socket, device);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void eight_certificates_are_looked_at_and_nine_end_the_handshake(String version) throws Exception {
        List<TestAuthority> levels = new ArrayList<>(List.of(new TestAuthority("Deep " + version, before, after)));
        for (int level = 1; level <= 8; level++) {
            levels.add(levels.getLast().intermediate("Level " + level, before, after));
        }
        String device = "deep-" + version;
        create(device);
        register("deep-" + version, levels.getFirst());
        for (int certificates : new int[] {8, 9}) {
            TestAuthority issuer = levels.get(certificates - 1);
            List<X509Certificate> above = levels.subList(1, certificates).reversed().stream()
                    .map(TestAuthority::certificate)
                    .toList();
            SSLContext client = TestTls.context(roots, issuer.issue(device, KeyKind.EC_P256, before, after), above);
            if (certificates == 8) {
                try (SSLSocket socket = open(client, version)) {
                    assertThat(MqttKnock.connect(socket, device)).isEqualTo(ACCEPTED);
                }
            } else {
                assertThatThrownBy(() -> {
                            try (SSLSocket socket = open(client, version)) {
                                MqttKnock.connect(socket, device);
                            }
                        })
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void a_deleted_authority_ends_the_connections_that_it_let_in() throws Exception {
        TestAuthority root = new TestAuthority("Short-lived", before, after);
        TestAuthority other = new TestAuthority("Lasting", before, after);
        create("cut");
        create("stays");
        register("short-lived", root);
        register("lasting", other);
        SSLContext cut = TestTls.context(roots, root.issue("cut", KeyKind.EC_P256, before, after));
        SSLContext stays = TestTls.context(roots, other.issue("stays", KeyKind.RSA_2048, before, after));
        try (SSLSocket first = open(cut, "TLSv1.3");
                SSLSocket second = open(stays, "TLSv1.3")) {
            assertThat(MqttKnock.connect(first, "cut")).isEqualTo(ACCEPTED);
            assertThat(MqttKnock.connect(second, "stays")).isEqualTo(ACCEPTED);

            delete("short-lived");

            assertThat(first.getInputStream().read()).as("closed").isEqualTo(-1);
            second.getOutputStream().write(new byte[] {(byte) 0xC0, 0});
            assertThat(second.getInputStream().readNBytes(2)).as("PINGRESP").containsExactly(0xD0, 0);
        }
        try (SSLSocket again = open(cut, "TLSv1.3")) {
            assertThat(MqttKnock.connect(again, "cut")).isEqualTo(NOT_AUTHORIZED);
        }
    }
}
