package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** {@code cert authority} and devices that need one, as their user meets them. */
final class CertAuthorityCommandTest extends AgainstStubServer {
    private static final String PATH = "/holdfast/v1/hubs/hub1/certificate-authorities";
    private static final String PLANT = """
            {"name": "plant", "subject": "CN=Plant root", "issuer": "CN=Plant root", "keyType": "EC 256",
             "thumbprint": "AB12", "sha256": "CD34", "validFrom": "2026-01-01T00:00:00Z", "expiry": "2036-01-01T00:00:00Z",
             "isVerified": true, "created": "2026-11-22T10:00:00Z", "updated": "2026-11-22T10:00:00Z"}""";

    private final TestAuthority authority =
            new TestAuthority("Plant root", Instant.now(), Instant.now().plusSeconds(3600));

    private String file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content).toString();
    }

    private String certificateOfTheOnlyRequest() {
        assertThat(server.asked()).hasSize(1);
        String asked = server.asked().getFirst();
        assertThat(asked).startsWith("POST " + PATH + " ");
        return JsonMapper.shared()
                .readTree(asked.substring(("POST " + PATH + " ").length()))
                .path("certificate")
                .asString();
    }

    @Test
    void a_file_that_no_server_would_take_is_refused_here() throws IOException {
        Ran ran = run("cert", "authority", "add", "plant", "--file", file("large.pem", new byte[900 * 1024]));

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("large.pem is too large", "65536 bytes");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void an_authority_is_added_from_pem() throws IOException {
        server.on("POST " + PATH, 201, PLANT);
        String pem = Pem.write(authority.certificate());

        Ran ran = run(
                "cert", "authority", "add", "plant", "--file", file("ca.pem", pem.getBytes(StandardCharsets.UTF_8)));

        assertThat(ran.status()).isZero();
        assertThat(certificateOfTheOnlyRequest()).isEqualTo(pem);
        assertThat(ran.out())
                .contains("plant of hub hub1 is registered", "CN=Plant root", "2036-01-01T00:00:00Z", "AB12", "CD34")
                .doesNotContain("not verified");
    }

    @Test
    void an_authority_is_added_from_der() throws Exception {
        server.on("POST " + PATH, 201, PLANT);
        byte[] der = authority.certificate().getEncoded();

        assertThat(run("cert", "authority", "add", "plant", "--file", file("ca.der", der))
                        .status())
                .isZero();

        assertThat(certificateOfTheOnlyRequest()).isEqualTo(Base64.getEncoder().encodeToString(der));
    }

    @Test
    void a_private_key_does_not_leave_the_machine() throws IOException {
        for (String label : new String[] {"PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}) {
            String text = Pem.write(authority.certificate()) + "-----BEGIN " + label + "-----\nAAAA\n-----END " + label
                    + "-----\n";
            Ran ran = run(
                    "cert",
                    "authority",
                    "add",
                    "plant",
                    "--file",
                    file("ca.pem", text.getBytes(StandardCharsets.UTF_8)));
            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.err()).contains("private key").doesNotContain("AAAA");
        }
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void a_file_that_can_not_be_read_or_is_refused_is_told_in_one_sentence() throws IOException {
        Ran missing = run(
                "cert",
                "authority",
                "add",
                "plant",
                "--file",
                directory.resolve("none").toString());
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err().lines()).hasSize(1);
        server.on("POST " + PATH, 400, "{\"error\": {\"code\": \"NotAnAuthority\", \"message\": \"It is none.\"}}");
        Ran refused = run("cert", "authority", "add", "plant", "--file", file("leaf.pem", new byte[] {1}));
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).isEqualTo("holdfast: It is none." + System.lineSeparator());
    }

    @Test
    void authorities_are_listed_shown_and_deleted() {
        String unverified = PLANT.replace("\"isVerified\": true", "\"isVerified\": false");
        server.on("GET " + PATH, 200, "{\"certificateAuthorities\": [" + PLANT + "]}");
        server.on("GET " + PATH + "/plant", 200, unverified);
        server.on("DELETE /holdfast/v1/hubs/other/certificate-authorities/plant", 204, "");

        assertThat(run("cert", "authority", "list").out().lines())
                .satisfiesExactly(
                        header -> assertThat(header).matches("NAME +SUBJECT +EXPIRES +SHA-1"),
                        row -> assertThat(row).matches("plant +CN=Plant root +2036-01-01T00:00:00Z +AB12"));
        assertThat(JsonMapper.shared()
                        .readTree(run("cert", "authority", "list", "--json").out())
                        .get(0)
                        .path("thumbprint")
                        .asString())
                .isEqualTo("AB12");
        assertThat(run("cert", "authority", "show", "plant").out()).contains("plant (not verified)", "EC 256");
        assertThat(run("cert", "authority", "delete", "plant", "--hub", "other").out())
                .contains("plant of hub other is deleted");
    }

    @Test
    void an_authority_is_added_unverified_given_a_code_and_verified() throws IOException {
        server.on("POST " + PATH, 201, PLANT.replace("\"isVerified\": true", "\"isVerified\": false"));
        server.on(
                "POST " + PATH + "/plant/verification-code",
                200,
                "{\"verificationCode\": \"C0DE\", \"expires\": \"2026-11-23T10:00:00Z\", \"etag\": \"e1\"}");
        server.on("POST " + PATH + "/plant/verify", 200, PLANT);
        String pem = Pem.write(authority.certificate());
        String file = file("ca.pem", pem.getBytes(StandardCharsets.UTF_8));

        assertThat(run("cert", "authority", "add", "plant", "--file", file, "--unverified")
                        .out())
                .contains("(not verified)", "verification-code plant");
        assertThat(run("cert", "authority", "verification-code", "plant").out())
                .contains("C0DE", "2026-11-23T10:00:00Z", "e1", "-subj /CN=C0DE ", "-CAkey", "verify plant");
        assertThat(run("cert", "authority", "verify", "plant", "--file", file, "--etag", "e1")
                        .out())
                .contains("plant of hub hub1 is verified");
        assertThat(server.asked().getFirst()).contains("\"verified\":false");
        assertThat(server.asked().getLast()).contains("/plant/verify [\"e1\"] {\"certificate\":\"-----BEGIN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cert",
                "cert authority",
                "cert authority add plant",
                "cert authority add --file x",
                "cert authority show",
                "cert authority verification-code",
                "cert authority verify plant",
                "device create x --auth ca --out keys"
            })
    void wrong_use_has_status_2_and_asks_nothing_of_the_server(String line) {
        Ran ran = run(line.split(" "));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("Usage: holdfast");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void a_device_of_an_authority_is_told_where_its_certificate_comes_from() {
        server.on(
                "POST /holdfast/v1/hubs/hub1/devices",
                201,
                "{\"id\": \"pump-1\", \"connectionString\": \"HostName=h;DeviceId=pump-1;x509=true\"}");
        assertThat(run("device", "create", "pump-1", "--auth", "ca").out())
                .contains("x509=true", "your own certificate authority", "(CN) pump-1", "cert authority add");
        assertThat(run("device", "create", "pump-1", "--auth", "ca", "--out", "keys")
                        .err())
                .contains("does not have that authority's key");
    }
}
