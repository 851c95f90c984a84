package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cert deny} as its user meets it. */
final class CertDenyCommandTest extends AgainstStubServer {
    private static final String PATH = "/holdfast/v1/hubs/hub1/denied-certificates";
    private static final String NEWER = """
            {"id": "aa11", "serial": "4F2A", "issuer": "CN=Line 1,O=Plant", "note": "in May",
             "created": "2026-11-22T10:00:00Z"}""";
    private static final String OLDER = """
            {"id": "bb22", "publicKey": "AB12", "note": "", "created": "2026-11-21T10:00:00Z"}""";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--serial 4F2A --issuer CN=Line --note stolen"
                        + "|{\"serial\":\"4F2A\",\"issuer\":\"CN=Line\",\"note\":\"stolen\"}",
                "--thumbprint AB:12|{\"thumbprint\":\"AB:12\"}",
                "--public-key AB12|{\"publicKey\":\"AB12\"}"
            })
    void what_is_named_is_asked_for_as_it_is(String options, String body) {
        server.on("POST " + PATH, 201, NEWER);
        Ran ran = run(("cert deny add " + options).split(" "));
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(server.asked()).containsExactly("POST " + PATH + " " + body);
        assertThat(ran.out()).contains("hub1", "serial 4F2A of CN=Line 1,O=Plant", "Entry: aa11");
    }

    @Test
    void a_file_is_sent_with_what_of_it_counts_and_never_with_a_key() throws IOException {
        server.on("POST " + PATH, 201, OLDER);
        byte[] der = {1, 2, 3};
        String file = Files.write(directory.resolve("stolen.der"), der).toString();
        assertThat(run("cert", "deny", "add", "--file", file, "--by", "public-key")
                        .out())
                .contains("public key AB12");
        assertThat(server.asked())
                .containsExactly("POST " + PATH + " {\"certificate\":\""
                        + Base64.getEncoder().encodeToString(der) + "\",\"by\":\"publicKey\"}");
        String key = Files.write(
                        directory.resolve("key.pem"), "-----BEGIN PRIVATE KEY-----".getBytes(StandardCharsets.UTF_8))
                .toString();
        assertThat(run("cert", "deny", "add", "--file", key).err()).contains("private key");
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void all_pages_are_listed_the_newest_last() {
        server.on("GET " + PATH + "?after=", 200, "{\"deniedCertificates\": [" + NEWER + "], \"next\": \"aa11\"}");
        server.on("GET " + PATH + "?after=aa11", 200, "{\"deniedCertificates\": [" + OLDER + "]}");
        assertThat(run("cert", "deny", "list").out().lines())
                .satisfiesExactly(
                        header -> assertThat(header).matches("ENTRY +DENIED BY +SINCE +NOTE"),
                        row -> assertThat(row).matches("bb22 +public key AB12 +2026-11-21T10:00:00Z"),
                        row -> assertThat(row)
                                .matches("aa11 +serial 4F2A of CN=Line 1,O=Plant +2026-11-22T10:00:00Z +in May"));
        assertThat(run("cert", "deny", "list", "--json").out()).contains("\"AB12\"", "\"4F2A\"");
    }

    @Test
    void an_entry_is_removed() {
        server.on("DELETE /holdfast/v1/hubs/other/denied-certificates/aa11", 204, "");
        assertThat(run("cert", "deny", "remove", "aa11", "--hub", "other").out())
                .contains("aa11 of hub other is removed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cert deny",
                "cert deny add",
                "cert deny add --note x",
                "cert deny add --serial 1",
                "cert deny add --thumbprint 1 --issuer CN=x",
                "cert deny add --thumbprint 1 --public-key 2",
                "cert deny add --thumbprint 1 --by serial",
                "cert deny add --file x --by name",
                "cert deny remove"
            })
    void wrong_use_has_status_2_and_asks_nothing_of_the_server(String line) {
        Ran ran = run(line.split(" "));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("Usage: holdfast");
        assertThat(server.asked()).isEmpty();
    }
}
