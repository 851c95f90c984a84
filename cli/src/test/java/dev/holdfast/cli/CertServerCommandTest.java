package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** {@code holdfast cert server}: what is sent and what is printed. */
class CertServerCommandTest extends AgainstStubServer {
    private static final String PATH = "/holdfast/v1/certificates/server";
    private static final String CHAIN = """
            {"keyType": "ecdsa", "origin": "operator", "rootKnown": false, "notes": ["Clients must trust 'CN=R'."],
             "certificates": [{"level": "leaf", "subject": "CN=hub", "issuer": "CN=R", "keyType": "EC 256",
              "thumbprint": "AB12", "sha256": "CD34", "validFrom": "2026-01-01T00:00:00Z",
              "expiry": "2027-01-01T00:00:00Z", "names": ["*.iot.example", "global.iot.example"]}]}""";

    private String file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content).toString();
    }

    @Test
    void show_names_the_world_of_each_chain_when_there_are_several() {
        String china = CHAIN.replace("\"keyType\": \"ecdsa\"", "\"world\": \"china\", \"keyType\": \"ecdsa\"");
        server.on("GET " + PATH, 200, "{\"chains\": [" + CHAIN + "," + china + "]}");

        Ran ran = run("cert", "server", "show");

        assertThat(ran.out())
                .contains("ecdsa of world default, given by the operator", "root: not known here and not in ca.pem")
                .contains(
                        "ecdsa of world china, given by the operator", "root: not known here and not in ca-china.pem");
    }

    @Test
    void show_prints_everything_about_each_certificate() {
        server.on("GET " + PATH, 200, "{\"chains\": [" + CHAIN + "]}");

        Ran ran = run("cert", "server", "show");

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out())
                .contains(
                        "ecdsa, given by the operator", "CN=hub", "CN=R", "*.iot.example, global.iot.example", "EC 256")
                .contains("2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z", "AB12", "CD34", "root: not known");
        assertThat(run("cert", "server", "show", "--json").out()).startsWith("[");
    }

    @Test
    void renew_says_which_chain_if_one_is_wanted() {
        server.on("POST " + PATH + "/renew", 200, "{\"chains\": [" + CHAIN + "]}");

        assertThat(run("cert", "server", "renew").status()).isZero();
        assertThat(run("cert", "server", "renew", "--key-type", "rsa", "--intermediate", "--world", "china")
                        .status())
                .isZero();
        assertThat(run("cert", "server", "renew", "--key-type", "dsa").status()).isEqualTo(2);

        assertThat(server.asked())
                .containsExactly(
                        "POST " + PATH + "/renew {\"keyType\":null,\"world\":null,\"intermediates\":false}",
                        "POST " + PATH + "/renew {\"keyType\":\"rsa\",\"world\":\"china\",\"intermediates\":true}");
        assertThat(run("cert", "server", "renew", "--help").out()).contains("way back to the installation's own");
    }

    @Test
    void replace_sends_both_files_and_prints_what_is_left_to_do_but_no_key() throws Exception {
        server.on("PUT " + PATH, 200, CHAIN);

        Ran ran = run(
                "cert", "server", "replace", "--chain", file("chain.pem", "chain"), "--key", file("key.pem", "secret"));

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(server.asked())
                .containsExactly("PUT " + PATH + " {\"chain\":\"chain\",\"world\":null,\"key\":\"secret\"}");
        assertThat(ran.out()).contains("Clients must trust 'CN=R'.").doesNotContain("secret");
    }

    @Test
    void replace_sends_the_uri_of_a_key_in_a_token_as_it_is() throws Exception {
        server.on("PUT " + PATH, 200, CHAIN);
        String uri = "pkcs11:token=hub;object=server";

        assertThat(run("cert", "server", "replace", "--chain", file("chain.pem", "chain"), "--key", uri)
                        .status())
                .isZero();

        assertThat(server.asked())
                .containsExactly("PUT " + PATH + " {\"chain\":\"chain\",\"world\":null,\"key\":\"" + uri + "\"}");
    }

    @Test
    void a_root_is_promoted_with_yes_only_and_without_it_the_answer_says_who_breaks() {
        String root = "{\"subject\": \"CN=%s\", \"since\": \"2026-01-01T00:00:00Z\"}";
        server.on(
                "POST " + PATH + "/roots/promote",
                200,
                "{\"from\": " + root.formatted("Old") + ", \"to\": " + root.formatted("New")
                        + ", \"breaks\": [\"Clients that trust only Old.\"]}");

        assertThat(run("cert", "server", "root", "promote").status()).isEqualTo(2);
        Ran asked = run("cert", "server", "root", "promote", "--key-type", "rsa");
        Ran done = run("cert", "server", "root", "promote", "--key-type", "rsa", "--root", "AB", "--yes");

        assertThat(asked.out()).contains("CN=Old", "CN=New", "trust only Old.", "Nothing was changed");
        assertThat(done.out()).contains("Done.").doesNotContain("Nothing was changed");
        assertThat(server.asked().getFirst()).contains("\"sha256\":null,\"confirmed\":false");
        assertThat(server.asked().getLast()).contains("\"sha256\":\"AB\",\"confirmed\":true");
        assertThat(run("cert", "server", "root", "remove", "AB").status()).isEqualTo(2);
    }

    @Test
    void an_empty_name_asks_for_nothing_else() {
        String[][] wrong = {
            {"cert", "server", "root", "remove", "", "--yes"},
            {"cert", "server", "root", "remove", ".", "--yes"},
            {"cert", "server", "root", "promote", "--key-type", "rsa", "--root", ""},
            {"cert", "server", "show", "--world", ""},
            {"cert", "bundle", "--hub", ""},
            {"cert", "authority", "verify", "plant", "--file", "code.pem", "--etag", "a\nb"}
        };
        for (String[] command : wrong) {
            assertThat(run(command).status()).as(String.join(" ", command)).isEqualTo(2);
        }
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void a_bundle_is_printed_as_pem_or_json() {
        server.on(
                "GET /holdfast/v1/certificates/bundle?world=china&hub=hub1",
                200,
                "{\"world\": \"china\", \"roots\": [{\"certificate\": \"one\\n\"}, {\"certificate\": \"two\\n\"}]}");

        assertThat(run("cert", "bundle", "--world", "china", "--hub", "hub1").out())
                .isEqualTo("one\ntwo\n");
        assertThat(run("cert", "bundle", "--world", "china", "--hub", "hub1", "--format", "json")
                        .out())
                .contains("\"world\" : \"china\"");
    }

    @Test
    void a_refusal_and_a_file_that_is_not_there_are_one_sentence() throws Exception {
        server.on("PUT " + PATH, 400, "{\"error\": {\"code\": \"KeyDoesNotFit\", \"message\": \"Does not fit.\"}}");
        String chain = file("chain.pem", "chain");

        Ran refused = run("cert", "server", "replace", "--chain", chain, "--key", chain);
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("Does not fit.").hasLineCount(1);

        Ran missing = run(
                "cert",
                "server",
                "replace",
                "--chain",
                chain,
                "--key",
                directory.resolve("none").toString());
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).contains("none can't be read").hasLineCount(1);
        Ran large = run("cert", "server", "replace", "--chain", file("large.pem", "x".repeat(300_000)), "--key", chain);
        assertThat(large.err()).contains("large.pem is too large");
        assertThat(server.asked()).hasSize(1);
    }
}
