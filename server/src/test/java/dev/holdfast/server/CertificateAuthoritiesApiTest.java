package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an operator does with certificate authorities, over the real port. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CertificateAuthoritiesApiTest {
    private static final String HUBS = "/holdfast/v1/hubs/";
    private static final String AUTHORITIES = HUBS + "hub1/certificate-authorities";

    @TempDir
    static Path directory;

    private final Instant now = Instant.now();
    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private TestAuthority authority(String name) {
        return new TestAuthority(name, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)));
    }

    private TestServer.Answer register(String path, String name, String certificate) throws IOException {
        return server.ask(
                "POST",
                path,
                JsonMapper.shared()
                        .createObjectNode()
                        .put("name", name)
                        .put("certificate", certificate)
                        .toString());
    }

    private TestServer.Answer register(String name, TestAuthority authority) throws IOException {
        return register(AUTHORITIES, name, Pem.write(authority.certificate()));
    }

    @Test
    void an_authority_is_registered_shown_listed_and_deleted() throws Exception {
        TestAuthority plant = authority("Plant root");
        TestServer.Answer made = register("plant", plant);
        assertThat(made.status()).isEqualTo(201);
        JsonNode json = made.json();
        assertThat(json.path("name").asString()).isEqualTo("plant");
        assertThat(json.path("subject").asString()).isEqualTo("CN=Plant root");
        assertThat(json.path("thumbprint").asString()).matches("[0-9A-F]{40}");
        assertThat(json.path("sha256").asString())
                .isEqualTo(HexFormat.of()
                        .withUpperCase()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(plant.certificate().getEncoded())));
        assertThat(Instant.parse(json.path("expiry").asString()))
                .isEqualTo(plant.certificate().getNotAfter().toInstant());
        assertThat(json.path("isVerified").asBoolean()).isTrue();
        assertThat(Instant.parse(json.path("created").asString())).isAfterOrEqualTo(now);
        assertThat(json.path("updated")).isEqualTo(json.path("created"));
        assertThat(json.path("certificate").asString()).isEqualTo(Pem.write(plant.certificate()));

        assertThat(server.ask("GET", AUTHORITIES + "/plant", "").json()).isEqualTo(json);
        JsonNode listed = server.ask("GET", AUTHORITIES, "").json().path("certificateAuthorities");
        assertThat(listed.valueStream().map(each -> each.path("name").asString()))
                .contains("plant");
        assertThat(listed.get(0).has("certificate")).isFalse();

        assertThat(server.ask("DELETE", AUTHORITIES + "/plant", "").status()).isEqualTo(204);
        assertThat(server.ask("GET", AUTHORITIES + "/plant", "").status()).isEqualTo(404);
        TestServer.Answer again = server.ask("DELETE", AUTHORITIES + "/plant", "");
        assertThat(again.status()).isEqualTo(404);
        assertThat(again.errorCode()).isEqualTo("AuthorityMissing");
    }

    @Test
    void der_in_base64_is_taken_too() throws Exception {
        String der = Base64.getEncoder()
                .encodeToString(authority("By DER").certificate().getEncoded());
        assertThat(register(AUTHORITIES, "by-der", der).status()).isEqualTo(201);
    }

    @Test
    void what_can_not_be_registered_is_refused_with_its_reason() throws Exception {
        TestAuthority plant = authority("Known");
        assertThat(register("known", plant).status()).isEqualTo(201);
        assertRefused(register("known", authority("Other")), 409, "AuthorityExists", "another name");
        assertRefused(register("other", plant), 409, "CertificateRegistered", "'known'");
        assertRefused(register("a/b", authority("Other")), 400, "AuthorityNameMalformed", "1 to 64");
        String device = Pem.write(plant.issue("dev1", KeyKind.EC_P256, now.minusSeconds(60), now.plusSeconds(60))
                .certificate());
        assertRefused(register(AUTHORITIES, "device", device), 400, "NotAnAuthority", "CN=dev1");
        assertRefused(
                register("expired", new TestAuthority("Old", now.minusSeconds(120), now.minusSeconds(60))),
                400,
                "CertificateExpired",
                "CN=Old");
        assertRefused(register(AUTHORITIES, "text", "hello"), 400, "NotACertificate", "PEM");
        String key = Pem.write(KeyKind.EC_P256.generate().getPrivate());
        TestServer.Answer withKey = register(AUTHORITIES, "key", key);
        assertRefused(withKey, 400, "NotACertificate", "PRIVATE KEY");
        assertThat(withKey.text()).doesNotContain(key.lines().toList().get(1));
        assertRefused(
                register(AUTHORITIES, "two", Pem.write(plant.certificate()) + device),
                400,
                "SeveralCertificates",
                "2 certificates");
        assertThat(server.ask("POST", AUTHORITIES, "{\"name\": \"x\"}").errorCode())
                .isEqualTo("BadRequest");
        assertThat(server.ask("PUT", AUTHORITIES + "/known", "{}").status()).isEqualTo(405);
        assertThat(server.ask("GET", AUTHORITIES + "/known/more", "").status()).isEqualTo(404);
    }

    private static void assertRefused(TestServer.Answer answer, int status, String code, String part) {
        assertThat(answer.errorCode()).isEqualTo(code);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().path("error").path("message").asString()).contains(part);
    }

    @Test
    void a_hub_has_25_and_knows_nothing_of_anothers() throws Exception {
        assertThat(server.ask("POST", "/holdfast/v1/hubs", "{\"name\": \"many\"}")
                        .status())
                .isEqualTo(201);
        String many = HUBS + "many/certificate-authorities";
        for (int i = 0; i < 25; i++) {
            String certificate = Pem.write(authority("Number " + i).certificate());
            assertThat(register(many, "number-" + i, certificate).status()).isEqualTo(201);
        }
        assertRefused(
                register(many, "one-more", Pem.write(authority("One more").certificate())),
                403,
                "TooManyAuthorities",
                "25");
        assertThat(server.ask("GET", AUTHORITIES + "/number-1", "").status()).isEqualTo(404);
    }
}
