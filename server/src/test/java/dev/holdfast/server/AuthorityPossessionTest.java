package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestTls;
import dev.holdfast.testkit.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An authority whose owner must show its key, with the openssl commands that the official tutorials use. */
final class AuthorityPossessionTest {
    private static final String AUTHORITIES = "/holdfast/v1/hubs/hub1/certificate-authorities";
    private static final int ACCEPTED = 0;
    private static final int NOT_AUTHORIZED = 5;
    private static final String EC = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1";
    private static final String RSA = "-newkey rsa:2048";

    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** @param options separated by single spaces */
    private void openssl(String options) throws InterruptedException {
        Tool.Result result = Tool.run("", ("openssl " + options).split(" "));
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    private String makeRoot(String name, String key) throws Exception {
        Path base = directory.resolve(name);
        openssl("req -x509 " + key + " -noenc -days 30 -subj /O=Plant/CN=" + name + " -keyout " + base + ".key -out "
                + base + ".pem -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign");
        return Files.readString(directory.resolve(name + ".pem"));
    }

    /** What an authority signs for a name. */
    private String sign(String authority, String commonName, String file) throws Exception {
        Path base = directory.resolve(file);
        Path by = directory.resolve(authority);
        openssl("req -new " + EC + " -noenc -subj /CN=" + commonName + " -keyout " + base + ".key -out " + base
                + ".csr");
        openssl("x509 -req -in " + base + ".csr -CA " + by + ".pem -CAkey " + by + ".key -CAcreateserial -days 1 -out "
                + base + ".pem");
        return Files.readString(directory.resolve(file + ".pem"));
    }

    private TestServer.Answer post(String path, Map<String, ?> body) throws IOException {
        return server.ask("POST", path, JsonMapper.shared().writeValueAsString(body));
    }

    private void register(String certificate) throws IOException {
        TestServer.Answer made =
                post(AUTHORITIES, Map.of("name", "plant", "certificate", certificate, "verified", false));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.json().path("isVerified").asBoolean()).isFalse();
    }

    private JsonNode askForCode() throws IOException {
        TestServer.Answer code = post(AUTHORITIES + "/plant/verification-code", Map.of());
        assertThat(code.status()).isEqualTo(200);
        return code.json();
    }

    private TestServer.Answer verify(String proof) throws IOException {
        return post(AUTHORITIES + "/plant/verify", Map.of("certificate", proof));
    }

    private static void assertRefused(TestServer.Answer answer, int status, String code) {
        assertThat(answer.errorCode()).isEqualTo(code);
        assertThat(answer.status()).isEqualTo(status);
    }

    /** The code of the CONNACK for a device with a certificate that the authority signed. */
    private int knock(String device) throws Exception {
        X509Certificate certificate = read(device + ".pem").getFirst();
        List<String> lines = Files.readAllLines(directory.resolve(device + ".key"));
        PrivateKey key = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder()
                        .decode(String.join("", lines.subList(1, lines.size() - 1))
                                .getBytes(StandardCharsets.US_ASCII))));
        SSLContext client = TestTls.context(
                read(Path.of(server.ready().trustBundle()).toString()), new KeyAndCertificate(key, certificate));
        try (SSLSocket socket =
                TestTls.connect(client, "localhost", server.hub().mqttPort(), "TLSv1.3")) {
            return MqttKnock.connect(socket, device);
        }
    }

    private List<X509Certificate> read(String file) throws Exception {
        try (var pem = Files.newInputStream(directory.resolve(file))) {
            return CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_unverified_authority_lets_nobody_in_until_openssl_signed_its_code(boolean rsa) throws Exception {
        register(makeRoot("root", rsa ? RSA : EC));
        assertThat(post("/holdfast/v1/hubs/hub1/devices", Map.of("id", "dev9", "authentication", "ca"))
                        .status())
                .isEqualTo(201);
        sign("root", "dev9", "dev9");
        assertThat(knock("dev9")).isEqualTo(NOT_AUTHORIZED);

        String code = askForCode().path("verificationCode").asString();
        TestServer.Answer verified = verify(sign("root", code, "proof"));

        assertThat(verified.status()).as(verified.text()).isEqualTo(200);
        assertThat(verified.json().path("isVerified").asBoolean()).isTrue();
        assertThat(knock("dev9")).isEqualTo(ACCEPTED);
        assertRefused(post(AUTHORITIES + "/plant/verification-code", Map.of()), 409, "AlreadyVerified");
    }

    @Test
    void a_proof_that_proves_nothing_is_refused_by_its_reason_and_leaves_the_authority_unverified() throws Exception {
        String certificate = makeRoot("root", EC);
        makeRoot("other", EC);
        register(certificate);
        assertRefused(verify(sign("root", "early", "early")), 409, "CodeNotAskedFor");
        String first = askForCode().path("verificationCode").asString();
        assertRefused(verify(sign("other", first, "foreign")), 400, "NotSignedByAuthority");
        assertRefused(verify(sign("root", "dev1", "device")), 400, "CodeDiffers");
        askForCode();
        assertRefused(verify(sign("root", first, "stale")), 400, "CodeDiffers");
        assertRefused(verify("hello"), 400, "NotACertificate");
        assertThat(server.ask("GET", AUTHORITIES + "/plant", "")
                        .json()
                        .path("isVerified")
                        .asBoolean())
                .isFalse();
        assertThat(server.ask("GET", AUTHORITIES + "/plant/verify", "").status())
                .isEqualTo(405);
        assertThat(post(AUTHORITIES + "/nobody/verification-code", Map.of()).status())
                .isEqualTo(404);
    }

    @Test
    void an_etag_guards_against_a_change_in_between() throws Exception {
        register(makeRoot("root", EC));
        JsonNode first = askForCode();
        String proof = JsonMapper.shared()
                .writeValueAsString(Map.of(
                        "certificate",
                        sign("root", first.path("verificationCode").asString(), "proof")));
        Map<String, String> headers = Map.of(
                "Authorization",
                "Bearer " + server.ready().operatorToken(),
                "If-Match",
                "\"" + first.path("etag").asString() + "\"");
        askForCode();
        assertRefused(server.ask("POST", AUTHORITIES + "/plant/verify", proof, headers), 412, "AuthorityChanged");
        assertThat(server.ask("GET", AUTHORITIES + "/plant", "").text())
                .as("the code is given to whoever asks for it, and not shown")
                .doesNotContain(first.path("verificationCode").asString());
    }

    @Test
    void without_the_member_the_operators_word_counts() throws Exception {
        TestServer.Answer made = post(AUTHORITIES, Map.of("name", "plant", "certificate", makeRoot("root", EC)));
        assertThat(made.json().path("isVerified").asBoolean()).isTrue();
        assertThat(Pem.write(read("root.pem").getFirst()))
                .isEqualTo(made.json().path("certificate").asString());
    }
}
