package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cert crl} and {@code cert authority revocation} as their user meets them. */
final class CertRevocationCommandTest extends AgainstStubServer {
    private static final String PATH = "/holdfast/v1/hubs/hub1/revocation-lists";
    private static final String LIST = """
            {"authority": "plant", "url": "http://pki.example/plant.crl", "state": "stale", "entries": 7, "number": "12",
             "thisUpdate": "2026-11-20T10:00:00Z", "nextUpdate": "2026-11-21T10:00:00Z", "origin": "upload",
             "received": "2026-11-20T11:00:00Z", "connectionsEnded": 2,
             "failure": {"at": "2026-11-22T10:00:00Z", "what": "it answered with status 404"}}""";

    @Test
    void a_list_is_sent_as_it_is_and_its_effect_is_told() throws IOException {
        server.on("PUT " + PATH + "/plant", 200, LIST);
        String file = Files.write(directory.resolve("plant.crl"), "list".getBytes(StandardCharsets.UTF_8))
                .toString();
        Ran ran = run("cert", "crl", "add", "plant", "--file", file);
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(server.asked()).containsExactly("PUT " + PATH + "/plant list");
        assertThat(ran.out()).contains("counts in hub hub1; connections ended: 2.", "Entries:     7");
    }

    @Test
    void a_list_is_fetched_shown_listed_and_removed() {
        server.on("POST " + PATH + "/plant/fetch", 200, LIST);
        server.on("GET " + PATH + "/plant", 200, LIST);
        server.on("GET " + PATH, 200, "{\"revocationLists\": [" + LIST + "]}");
        server.on("DELETE " + PATH + "/plant", 204, "");
        assertThat(run("cert", "crl", "fetch", "plant").out()).contains("was fetched; connections ended: 2.");
        assertThat(run("cert", "crl", "show", "plant").out())
                .contains(
                        "State:       stale", "Last fetch failed at 2026-11-22T10:00:00Z: it answered with status 404");
        assertThat(run("cert", "crl", "list").out().lines())
                .satisfiesExactly(
                        header -> assertThat(header).matches("AUTHORITY +STATE +ENTRIES +NEXT UPDATE +FETCHED AT"),
                        row -> assertThat(row)
                                .matches("plant +stale +7 +2026-11-21T10:00:00Z +http://pki.example/plant.crl"));
        assertThat(run("cert", "crl", "remove", "plant").out()).contains("removed from hub hub1");
    }

    @Test
    void only_what_is_named_is_changed() {
        String path = "PATCH /holdfast/v1/hubs/hub1/certificate-authorities/plant/revocation";
        server.on(
                path,
                200,
                "{\"name\": \"plant\", \"crlUrl\": \"certificate\", \"whenUnknown\": \"refuse\", \"connectionsEnded\": 3}");
        Ran ran =
                run("cert", "authority", "revocation", "plant", "--crl-url", "certificate", "--when-unknown", "refuse");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(server.asked()).containsExactly(path + " {\"crlUrl\":\"certificate\",\"whenUnknown\":\"refuse\"}");
        assertThat(ran.out()).contains("CRL from:   certificate", "If unknown: refuse", "Connections ended by this: 3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cert crl",
                "cert crl add plant",
                "cert crl remove",
                "cert authority revocation plant",
                "cert authority revocation plant --when-unknown perhaps"
            })
    void wrong_use_has_status_2_and_asks_nothing_of_the_server(String line) {
        Ran ran = run(line.split(" "));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("Usage: holdfast");
        assertThat(server.asked()).isEmpty();
    }
}
