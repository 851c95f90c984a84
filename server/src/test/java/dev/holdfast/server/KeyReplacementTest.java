package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key that is replaced ends what it opened, and nothing else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KeyReplacementTest {
    private static final String HUB = "/holdfast/v1/hubs/hub1/";
    private static final Duration CUT_WITHIN = Duration.ofSeconds(5);

    @TempDir
    static Path directory;

    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** @return its connection string, with the primary key */
    private String create(String device) throws IOException {
        TestServer.Answer made =
                server.ask("POST", HUB + "devices", "{\"id\":\"" + device + "\",\"authentication\":\"sas\"}");
        assertThat(made.status()).isEqualTo(201);
        return made.json().path("connectionString").asString();
    }

    private void renew(String what, String which) throws IOException {
        String path = HUB + what + (what.startsWith("devices") ? "/renew-keys" : "/renew");
        TestServer.Answer renewed = server.ask("POST", path, "{\"which\":\"" + which + "\"}");
        assertThat(renewed.status()).as(renewed.text()).isEqualTo(200);
    }

    private static void assertStays(TestDevice device) throws Exception {
        int before = device.acknowledged().size();
        device.publish("still here");
        device.awaitAcknowledged(before + 1);
    }

    private static void assertCut(TestDevice device) throws Exception {
        long began = System.nanoTime();
        device.awaitEnd();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(CUT_WITHIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"primary", "both"})
    void a_device_whose_key_is_replaced_is_cut_and_stays_out_with_the_old_one(String which) throws Exception {
        String string = create("rekeyed-" + which);
        try (TestDevice device = TestDevice.connect(server.ready(), string, null)) {
            assertStays(device);
            renew("devices/rekeyed-" + which, which);
            assertCut(device);
        }
        assertThatThrownBy(() -> TestDevice.connect(server.ready(), string, null))
                .hasMessageContaining("CONNACK 20020005");
    }

    @Test
    void the_other_key_and_an_exchange_of_the_two_cut_nobody() throws Exception {
        String string = create("rotates");
        try (TestDevice device = TestDevice.connect(server.ready(), string, null)) {
            renew("devices/rotates", "secondary");
            assertStays(device);
            renew("devices/rotates", "swap");
            assertStays(device);
            renew("devices/rotates", "primary");
            assertStays(device);
            renew("devices/rotates", "secondary");
            assertCut(device);
        }
    }

    @Test
    void a_device_that_came_by_a_policy_is_cut_when_that_key_of_it_is_replaced() throws Exception {
        String own = create("by-policy");
        TestServer.Answer made =
                server.ask("POST", HUB + "access-policies", "{\"name\":\"gate\",\"rights\":[\"DeviceConnect\"]}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        String key = server.ask("GET", HUB + "access-policies/gate", "")
                .json()
                .path("primaryKey")
                .asString();
        String token = SasRequests.token("localhost/devices/by-policy", key, "gate");
        try (TestDevice device = TestDevice.connect(server.ready(), "by-policy", token, null)) {
            renew("devices/by-policy", "both");
            renew("access-policies/gate", "secondary");
            assertStays(device);
            renew("access-policies/gate", "primary");
            assertCut(device);
        }
        assertThat(own).isNotEmpty();
    }
}
