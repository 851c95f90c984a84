package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.setting.WorldDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Roots, worlds and bundles through the operator API and for anyone. */
class TrustWorldsTest {
    private static final String SERVER = "/holdfast/v1/certificates/server";
    private static final String ROOTS = SERVER + "/roots";
    private static final String BUNDLE = "/holdfast/v1/certificates/bundle";

    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(TestServer.config(
                directory.resolve("data"),
                config -> config.moreDomains =
                        List.of(new WorldDomain("iot.test", "china"), new WorldDomain("iot.example", "default"))));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private List<String> roles(String world, String chain) throws IOException {
        return server.ask("GET", ROOTS + "?world=" + world, "")
                .json()
                .path("roots")
                .valueStream()
                .filter(root -> root.path("chain").asString().equals(chain))
                .map(root -> root.path("role").asString())
                .toList();
    }

    @Test
    void each_world_has_chains_and_names_of_its_own() throws Exception {
        JsonNode chains = server.ask("GET", SERVER, "").json().path("chains");

        assertThat(chains.findValuesAsString("world")).containsExactly("default", "default", "china", "china");
        assertThat(chains.get(0).toString())
                .contains("*.holdfast.localhost", "*.iot.example")
                .doesNotContain("iot.test");
        assertThat(chains.get(2).toString()).contains("*.iot.test").doesNotContain("localhost", "iot.example");
        TestServer.Answer wrong = server.ask("GET", SERVER + "?world=mars", "");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).contains("'default', 'china'");
    }

    @Test
    void a_promotion_needs_to_be_confirmed_and_says_who_breaks() throws Exception {
        String before = server.ask("GET", ROOTS, "").text();
        TestServer.Answer asked = server.ask("POST", ROOTS + "/promote", "{\"keyType\":\"ecdsa\",\"world\":\"china\"}");
        assertThat(asked.status()).as(asked.text()).isEqualTo(200);
        assertThat(asked.json().path("done").asBoolean()).isFalse();
        assertThat(asked.json().path("breaks").toString())
                .contains("trust only the root 'CN=Holdfast ECC Root")
                .contains("ca-china.pem is older than");
        assertThat(roles("china", "ecdsa")).containsExactly("primary", "reserve");
        assertThat(server.ask("GET", ROOTS, "").json().path("roots").get(0))
                .isEqualTo(JsonMapper.shared().readTree(before).path("roots").get(0));

        TestServer.Answer done = server.ask(
                "POST", ROOTS + "/promote", "{\"keyType\":\"ecdsa\",\"world\":\"china\",\"confirmed\":true}");
        assertThat(done.status()).as(done.text()).isEqualTo(200);
        assertThat(roles("china", "ecdsa")).containsExactly("primary", "reserve", "former");
        assertThat(roles("default", "ecdsa")).containsExactly("primary", "reserve");

        String former = done.json().path("from").path("sha256").asString();
        String primary = done.json().path("to").path("sha256").asString();
        assertThat(server.ask("DELETE", ROOTS + "/" + primary + "?world=china", "")
                        .status())
                .isEqualTo(409);
        assertThat(server.ask("DELETE", ROOTS + "/" + former + "?world=default", "")
                        .status())
                .isEqualTo(404);
        assertThat(server.ask("DELETE", ROOTS + "/" + former + "?world=china", "")
                        .status())
                .isEqualTo(204);
        assertThat(roles("china", "ecdsa")).containsExactly("primary", "reserve");
    }

    @Test
    void a_change_without_room_is_finished_when_it_is_asked_for_again() throws Exception {
        String promotion = "{\"keyType\":\"ecdsa\",\"world\":\"china\",\"confirmed\":true}";
        Path ecc = directory.resolve("data/pki/worlds/china/ecc");
        JsonNode reserve = server.ask("GET", ROOTS + "?world=china", "")
                .json()
                .path("roots")
                .valueStream()
                .filter(root -> root.path("role").asString().equals("reserve")
                        && root.path("chain").asString().equals("ecdsa"))
                .findFirst()
                .orElseThrow();
        Path inTheWay = Files.createDirectories(ecc.resolve("intermediate.pem.unfinished/x"));

        assertThat(server.ask("POST", ROOTS + "/promote", promotion).status()).isEqualTo(500);
        assertThat(roles("china", "ecdsa")).containsExactly("primary", "reserve");
        Files.delete(inTheWay);
        assertThat(server.ask("POST", ROOTS + "/promote", promotion.replace("true", "false"))
                        .status())
                .isEqualTo(200);

        assertThat(roles("china", "ecdsa")).containsExactly("primary", "reserve", "former");
        assertThat(server.ask("GET", SERVER + "?world=china", "").text())
                .contains(reserve.path("sha256").asString());
    }

    @Test
    void a_change_is_done_also_when_the_next_reserve_can_not_be_made() throws Exception {
        Path rsa = directory.resolve("data/pki/worlds/china/rsa");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!roles("china", "rsa").contains("reserve")) {
            assertThat(System.nanoTime()).as("made in the background").isLessThan(end);
        }
        Files.createDirectories(rsa.resolve("reserve.pem.unfinished/x"));

        TestServer.Answer done =
                server.ask("POST", ROOTS + "/promote", "{\"keyType\":\"rsa\",\"world\":\"china\",\"confirmed\":true}");

        assertThat(done.status()).as(done.text()).isEqualTo(200);
        assertThat(roles("china", "rsa")).containsExactly("primary", "former");
    }

    @Test
    void a_bundle_is_that_of_its_world_and_names_the_hub() throws Exception {
        JsonNode china = server.ask("GET", BUNDLE + "?world=china&hub=hub1", "").json();
        assertThat(china.path("name").asString()).isEqualTo("hub1.iot.test");
        assertThat(china.path("hub").asString()).isEqualTo("hub1");
        JsonNode own = server.ask("GET", BUNDLE, "").json();
        assertThat(own.path("world").asString()).isEqualTo("default");
        assertThat(own.has("hub")).isFalse();
        assertThat(own.path("roots").findValuesAsString("sha256"))
                .doesNotContainAnyElementsOf(china.path("roots").findValuesAsString("sha256"));
        assertThat(server.ask("GET", BUNDLE + "?hub=nobody", "").errorCode()).isEqualTo("UnknownHub");
    }

    @Test
    void anyone_gets_the_bundle_of_the_host_name_and_is_told_when_it_is_the_same() throws Exception {
        // Reserve roots are made behind the start, and change the bundle; who asks for a promotion has them made.
        assertThat(server.ask("POST", ROOTS + "/promote", "{\"keyType\":\"ecdsa\",\"world\":\"china\"}")
                        .status())
                .isEqualTo(200);
        String path = "GET /.well-known/holdfast/trust-bundle HTTP/1.1\r\nHost: HUB1.iot.test\r\n";
        String head = RawHttps.headOf(server, path);
        assertThat(head).startsWith("HTTP/1.1 200").containsIgnoringCase("cache-control: no-cache");
        String tag = head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("etag: "))
                .findFirst()
                .orElseThrow()
                .substring("etag: ".length());

        for (String same : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
            assertThat(RawHttps.headOf(server, path + "If-None-Match: " + same + "\r\n"))
                    .as(same)
                    .startsWith("HTTP/1.1 304")
                    .contains(tag);
        }
        assertThat(RawHttps.headOf(server, path.replace("iot.test", "iot.test.")))
                .as("with the root's dot")
                .contains(tag);
        assertThat(RawHttps.headOf(server, path + "If-None-Match: \"other\"\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(RawHttps.headOf(
                        server, path.replace("HUB1.iot.test", "127.0.0.1") + "If-None-Match: " + tag + "\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void the_metric_tells_the_worlds_apart() throws Exception {
        assertThat(PlainHttp.get(Objects.requireNonNull(server.ready().monitoring())
                                .metrics())
                        .body())
                .contains("level=\"root\",world=\"china\"", "level=\"root\",world=\"default\"");
        assertThat(Files.readString(directory.resolve("data/ca-china.pem"))).contains("BEGIN CERTIFICATE");
    }
}
