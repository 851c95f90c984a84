package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Starts and ends of a whole server. Each test starts from a copy of what one first start made, because keys take time to make. */
final class ServerTest {
    private static final String DEMO_DEVICE = "/holdfast/v1/hubs/hub1/devices/demo-device";

    @TempDir
    static Path made;

    @TempDir
    Path directory;

    @BeforeAll
    static void startOnce() throws Exception {
        TestServer.start(made.resolve("data")).close();
    }

    @AfterAll
    static void nothingIsLeftLocked() throws Exception {
        DataDirectory.open(made.resolve("data")).close();
    }

    private Path data() throws IOException {
        Path copy = directory.resolve("data");
        if (Files.notExists(copy)) {
            Copies.copy(made.resolve("data"), copy);
        }
        return copy;
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void a_first_start_makes_a_hub_with_a_demo_device() throws Exception {
        try (TestServer server = TestServer.start(data())) {
            Ready ready = server.ready();
            assertThat(ready.hubs()).hasSize(1);
            Ready.HubEntry hub = server.hub();
            assertThat(hub.name()).isEqualTo("hub1");
            assertThat(hub.hostName()).isEqualTo("localhost");
            assertThat(hub.demoDeviceConnectionString())
                    .matches("HostName=localhost;DeviceId=demo-device;SharedAccessKey=[A-Za-z0-9+/]{43}=");
            assertThat(hub.serviceConnectionString())
                    .matches("HostName=localhost;SharedAccessKeyName=iothubowner;SharedAccessKey=[A-Za-z0-9+/]{43}=");
            assertThat(hub.eventHubConnectionString())
                    .matches("Endpoint=sb://localhost:" + hub.amqpPort()
                            + "/;SharedAccessKeyName=service;SharedAccessKey=[A-Za-z0-9+/]{43}=;EntityPath=hub1");
            assertThat(Files.readString(Path.of(ready.trustBundle())).split("BEGIN CERTIFICATE", -1))
                    .as("two roots and the ECC reserve; that of RSA comes in the background")
                    .hasSizeBetween(4, 5);
            for (int port : List.of(hub.mqttPort(), hub.amqpPort(), hub.httpsPort())) {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
            }
        }
    }

    @Test
    void the_ready_file_is_private_complete_and_gone_after_the_end() throws Exception {
        Path asked = directory.resolve("asked.json");
        Path inData = data().resolve("ready.json");
        try (TestServer server = TestServer.start(TestServer.config(data(), new Config.Ports(0, 0, 0), asked))) {
            assertThat(mode(inData)).isEqualTo("rw-------");
            assertThat(mode(asked)).isEqualTo("rw-------");
            assertThat(Files.readString(asked)).isEqualTo(Files.readString(inData));
            JsonNode ready = JsonMapper.shared().readTree(Files.readString(asked));
            assertThat(ready.propertyNames())
                    .containsExactlyInAnyOrder(
                            "version",
                            "pid",
                            "startupMillis",
                            "operatorToken",
                            "trustBundle",
                            "operator",
                            "sockets",
                            "monitoring",
                            "hubs");
            assertThat(ready.path("pid").asLong())
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(ready.path("hubs").get(0).propertyNames())
                    .containsExactlyInAnyOrder(
                            "name",
                            "hostName",
                            "mqttPort",
                            "amqpPort",
                            "httpsPort",
                            "serviceConnectionString",
                            "eventHubConnectionString",
                            "demoDeviceConnectionString");
            assertThat(ready.path("operatorToken").asString())
                    .isEqualTo(
                            Files.readString(data().resolve("operator-token")).strip());
            assertThat(server.ready().toString()).doesNotContain(server.ready().operatorToken());
        }
        assertThat(asked).doesNotExist();
        assertThat(inData).doesNotExist();
    }

    @Test
    void everything_it_keeps_is_for_its_owner_only() throws Exception {
        try (TestServer _ = TestServer.start(data())) {
            assertThat(mode(data())).isEqualTo("rwx------");
            assertThat(mode(data().resolve("operator-token"))).isEqualTo("rw-------");
        }
    }

    @Test
    void a_restart_keeps_token_roots_keys_and_what_was_made() throws Exception {
        Ready before;
        try (TestServer server = TestServer.start(data())) {
            before = server.ready();
            assertThat(server.ask("POST", "/holdfast/v1/hubs", "{\"name\":\"hub2\"}")
                            .status())
                    .isEqualTo(201);
        }
        try (TestServer server = TestServer.start(data())) {
            Ready after = server.ready();
            assertThat(after.operatorToken()).isEqualTo(before.operatorToken());
            assertThat(after.hubs().getFirst().demoDeviceConnectionString())
                    .isEqualTo(before.hubs().getFirst().demoDeviceConnectionString());
            assertThat(after.hubs().getFirst().serviceConnectionString())
                    .isEqualTo(before.hubs().getFirst().serviceConnectionString());
            assertThat(after.hubs()).extracting(Ready.HubEntry::name).containsExactly("hub1", "hub2");
        }
    }

    @Test
    void what_the_operator_deletes_stays_deleted() throws Exception {
        try (TestServer server = TestServer.start(data())) {
            assertThat(server.ask("DELETE", DEMO_DEVICE, "").status()).isEqualTo(204);
        }
        try (TestServer server = TestServer.start(data())) {
            assertThat(server.hub().demoDeviceConnectionString()).isNull();
            assertThat(Files.readString(data().resolve("ready.json"))).doesNotContain("demoDevice");
            assertThat(server.ask("DELETE", "/holdfast/v1/hubs/hub1", "").status())
                    .isEqualTo(204);
        }
        try (TestServer server = TestServer.start(data())) {
            assertThat(server.ready().hubs()).isEmpty();
            assertThat(server.ask("POST", "/holdfast/v1/hubs", "{\"name\":\"hub1\"}")
                            .status())
                    .as("the operator API answers without a hub, too")
                    .isEqualTo(201);
        }
    }

    @Test
    void the_ready_file_follows_hubs_that_are_made_and_deleted() throws Exception {
        Path file = data().resolve("ready.json");
        try (TestServer server = TestServer.start(data())) {
            server.ask("POST", "/holdfast/v1/hubs", "{\"name\":\"hub2\"}");
            JsonNode made = JsonMapper.shared().readTree(Files.readString(file)).path("hubs");
            assertThat(made.findValuesAsString("name")).containsExactly("hub1", "hub2");
            assertThat(made.get(1).path("hostName").asString()).isEqualTo("hub2.holdfast.localhost");
            assertThat(mode(file)).isEqualTo("rw-------");

            server.ask("DELETE", "/holdfast/v1/hubs/hub2", "");
            assertThat(JsonMapper.shared()
                            .readTree(Files.readString(file))
                            .path("hubs")
                            .findValuesAsString("name"))
                    .containsExactly("hub1");
        }
    }

    @Test
    void a_second_server_on_the_same_data_is_refused_and_harms_nothing() throws Exception {
        try (TestServer server = TestServer.start(data())) {
            assertThatThrownBy(() -> TestServer.start(data()))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("Another Holdfast")
                    .hasMessageContaining(String.valueOf(ProcessHandle.current().pid()))
                    .hasMessageContaining("--data");
            assertThat(data().resolve("ready.json")).exists();
            assertThat(server.ask("GET", "/holdfast/v1/status", "").status()).isEqualTo(200);
        }
    }

    @Test
    void a_taken_port_is_named_with_its_option_and_everything_is_released() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            for (var named : List.of(
                    new Named("--mqtt-port", new Config.Ports(0, port, 0)),
                    new Named("--amqp-port", new Config.Ports(0, 0, port)),
                    new Named("--https-port", new Config.Ports(port, 0, 0)))) {
                assertThatThrownBy(() -> TestServer.start(TestServer.config(data(), named.ports(), null)))
                        .isInstanceOf(StartFailure.class)
                        .hasMessageContaining(String.valueOf(port))
                        .hasMessageContaining(named.option());
                assertThat(data().resolve("ready.json")).doesNotExist();
            }
        }
        TestServer.start(data()).close();
    }

    private record Named(String option, Config.Ports ports) {}

    @Test
    void a_ready_file_that_can_not_be_written_is_named() throws Exception {
        Path nowhere = directory.resolve("no").resolve("such").resolve("ready.json");

        assertThatThrownBy(() -> TestServer.start(TestServer.config(data(), new Config.Ports(0, 0, 0), nowhere)))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(nowhere.toString())
                .hasMessageContaining("--ready-file");
    }

    @Test
    void a_damaged_store_is_told_in_one_sentence() throws Exception {
        Files.writeString(data().resolve("state.db"), "this is not a database, and long enough to be looked at");

        assertThatThrownBy(() -> TestServer.start(data()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("state.db");
    }

    @Test
    void a_crash_in_the_first_start_is_mended_by_the_next() throws Exception {
        Path fresh = directory.resolve("fresh");
        Files.createDirectories(fresh);
        Copies.copy(made.resolve("data").resolve("pki"), fresh.resolve("pki"));
        Files.createFile(fresh.resolve("holdfast.lock"));
        try (TestServer server = TestServer.start(fresh)) {
            assertThat(server.hub().demoDeviceConnectionString()).isNotNull();
        }
    }

    @Test
    void progress_is_told_when_authorities_are_made() throws Exception {
        List<String> told = new java.util.ArrayList<>();
        Server.start(TestServer.config(directory.resolve("new")), told::add, () -> false)
                .close();
        assertThat(told).singleElement().asString().contains("certificate authorities");
    }
}
