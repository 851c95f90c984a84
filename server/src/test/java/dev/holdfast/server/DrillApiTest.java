package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A drill through the operator API: whom it may be of, and what is left of it when a device or a hub goes. */
class DrillApiTest {
    private static final String ROOT = "/holdfast/v1/";
    private static final String DRILL = "certificates/drill";
    private static final String WRONG_KEY = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXM=";

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

    private TestServer.Answer ask(String method, String path, String body) throws IOException {
        return server.ask(method, ROOT + path, body);
    }

    private JsonNode done(String method, String path, String body, int status) throws IOException {
        TestServer.Answer answer = ask(method, path, body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        return answer.json();
    }

    private JsonNode begin(String hub) throws IOException {
        return done("POST", DRILL, "{\"hub\": \"%s\", \"keyType\": \"ecdsa\"}".formatted(hub), 201);
    }

    /** A new device; its key. */
    private String register(String hub, String id) throws IOException {
        return done(
                        "POST",
                        "hubs/" + hub + "/devices",
                        "{\"id\": \"%s\", \"authentication\": \"sas\"}".formatted(id),
                        201)
                .path("connectionString")
                .asString()
                .replaceAll(".*SharedAccessKey=", "");
    }

    private void visit(String hub, String id, String key) throws IOException {
        try (TestDevice device = TestDevice.connectWithEcdsa(server.ready(), hub + ".holdfast.localhost", id, key)) {
            assertThat(device.isEnded()).isFalse();
        }
    }

    @Test
    void a_device_that_comes_as_one_of_this_machine_is_left_out_and_that_is_said() throws Exception {
        try (TestDevice device = TestDevice.connect(server.ready())) {
            assertThat(device.isEnded()).isFalse();
        }
        TestServer.Answer answer = ask("POST", DRILL, "{\"hub\": \"hub1\", \"keyType\": \"rsa\"}");
        assertThat(answer.errorCode()).isEqualTo("EmptyCohort");
        assertThat(answer.text()).contains("1 would fit", "'localhost'");
        visit("hub1", "d1", register("hub1", "d1"));
        JsonNode drill = begin("hub1");
        assertThat(drill.path("counts").path("notSeen").asInt()).isEqualTo(1);
        assertThat(drill.path("leftOut").asInt()).isEqualTo(1);
    }

    @Test
    void what_it_learned_of_a_device_is_handed_out_with_the_device_and_forgotten_with_it() throws Exception {
        String key = register("hub1", "d1");
        visit("hub1", "d1", key);
        assertThat(begin("HUB1").path("hub").asString()).as("whatever the case").isEqualTo("hub1");
        visit("hub1", "d1", key);
        JsonNode shown = done("GET", "hubs/hub1/fleet/devices/d1", "", 200);
        assertThat(shown.path("drill").path("outcome").asString()).isEqualTo("accepted");
        assertThat(done("GET", "hubs/hub1/fleet/devices?hello=true", "", 200)
                        .path("devices")
                        .get(0)
                        .path("drill"))
                .isEqualTo(shown.path("drill"));
        assertThat(done("DELETE", "hubs/hub1/fleet/devices/d1", "", 200)
                        .path("drill")
                        .asBoolean())
                .isTrue();
        assertThat(done("GET", DRILL + "/devices", "", 200).path("devices")).isEmpty();
        assertThat(done("GET", DRILL, "", 200).path("counts").path("accepted").asInt())
                .isZero();
    }

    @Test
    void all_that_is_known_of_a_hub_goes_with_it() throws Exception {
        done("POST", "hubs", "{\"name\": \"hub2\"}", 201);
        String key = register("hub2", "e1");
        visit("hub2", "e1", key);
        begin("hub2");
        assertThatThrownBy(() -> visit("hub2", "e1", WRONG_KEY)).hasMessageContaining("CONNACK");
        assertThat(done("GET", "reports?hub=hub2", "", 200).path("reports")).hasSize(1);

        assertThat(ask("DELETE", "hubs/hub2", "").status()).isEqualTo(204);

        assertThat(done("GET", DRILL, "", 404).path("error").path("code").asString())
                .isEqualTo("NoDrill");
        assertThat(done("GET", "reports?hub=hub2", "", 200).path("reports")).isEmpty();
        done("POST", "hubs", "{\"name\": \"hub2\"}", 201);
        assertThat(done("GET", "hubs/hub2/fleet/devices", "", 200).path("devices"))
                .isEmpty();
        visit("hub1", "d1", register("hub1", "d1"));
        begin("hub1");
    }

    @Test
    void a_filter_that_is_misspelled_does_not_pass_for_none() throws Exception {
        visit("hub1", "d1", register("hub1", "d1"));
        begin("hub1");
        TestServer.Answer answer = ask("GET", DRILL + "/devices?frob=x", "");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("'frob'", "after, outcome");
    }
}
