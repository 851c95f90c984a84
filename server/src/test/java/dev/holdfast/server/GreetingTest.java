package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.hub.HostNames;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class GreetingTest {
    private static final String DEVICE = "HostName=localhost;DeviceId=demo-device;SharedAccessKey=a2V5";

    private static String greeting(String hostName, int httpsPort, @Nullable InetAddress bind, String data) {
        String device = DEVICE.replace("localhost", hostName);
        Ready ready = new Ready(
                "0.1.0",
                1,
                1800,
                "operator-token-is-not-shown",
                "/srv/ca.pem",
                new Ready.Operator("https://localhost/"),
                new Ready.Sockets(20_000),
                null,
                List.of(new Ready.HubEntry(
                        "hub1", hostName, 8883, 5671, httpsPort, "HostName=s", "Endpoint=e", device)));
        return print(
                ready,
                TestServer.config(
                        Path.of(data), HostNames.DEFAULT_DOMAIN, bind, new Config.Ports(null, 8883, 5671), null));
    }

    private static String print(Ready ready, Config config) {
        StringWriter text = new StringWriter();
        new Greeting(ready, config, "./holdfast", true).print(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void gives_what_to_connect_with_and_code_to_paste() {
        String text = greeting("localhost", 443, null, "data");

        assertThat(text)
                .contains(DEVICE, "/srv/ca.pem", "HostName=s", "Endpoint=e", "1800 ms")
                .contains("fromConnectionString(", "setOptions({ ca })", "readFileSync('/srv/ca.pem', 'utf8')")
                .contains("./holdfast monitor\n")
                .doesNotContain("operator-token-is-not-shown");
    }

    @Test
    void gives_the_java_sdk_a_name_with_a_dot_when_the_hub_is_localhost() {
        assertThat(greeting("localhost", 443, null, "data"))
                .contains("HostName=hub1.holdfast.localhost;GatewayHostName=localhost;DeviceId=demo-device;")
                .contains("127.0.0.1 hub1.holdfast.localhost hub1.device.holdfast.localhost");
        assertThat(greeting("hub1.iot.example", 443, null, "data")).doesNotContain("GatewayHostName", "/etc/hosts");
    }

    @Test
    void says_what_another_https_port_means() {
        assertThat(greeting("localhost", 8443, null, "data")).contains("8443", "WebSocket", "443");
        assertThat(greeting("localhost", 443, null, "data")).doesNotContain("WebSocket");
    }

    @Test
    void shows_the_keys_of_the_back_end_to_people_and_not_to_logs() {
        Ready ready = new Ready(
                "0.1.0",
                1,
                1800,
                "token",
                "/srv/it's/ca.pem",
                new Ready.Operator("https://localhost/"),
                new Ready.Sockets(20_000),
                null,
                List.of(new Ready.HubEntry("hub1", "localhost", 8883, 5671, 443, "HostName=s", "Endpoint=e", DEVICE)));
        Config config = TestServer.config(
                Path.of("it's/data"), HostNames.DEFAULT_DOMAIN, null, new Config.Ports(null, 8883, 5671), null);
        StringWriter text = new StringWriter();
        new Greeting(ready, config, "/opt/it is/holdfast", false).print(new PrintWriter(text));
        assertThat(text.toString())
                .doesNotContain("HostName=s", "Endpoint=e")
                .contains("/it's/data/ready.json", DEVICE)
                .as("what is to be pasted is quoted")
                .contains("readFileSync('/srv/it\\'s/ca.pem'")
                .contains("  '/opt/it is/holdfast' monitor --data ")
                .containsPattern("--data '/.*/it'\\\\''s/data'\n");
    }

    @Test
    void says_why_https_is_elsewhere_only_when_it_was_not_asked_for() {
        assertThat(greeting("localhost", 8443, null, "data"))
                .contains("CAP_NET_BIND_SERVICE", "end what listens there");
    }

    @Test
    void says_who_can_connect() throws Exception {
        assertThat(greeting("localhost", 443, null, "data")).contains("from this machine only (see --bind)");
        assertThat(greeting("localhost", 443, InetAddress.getByAddress(new byte[4]), "data"))
                .doesNotContain("this machine only");
    }

    @Test
    void names_the_data_directory_where_the_command_would_not_find_it() {
        assertThat(greeting("localhost", 443, null, "/srv/holdfast"))
                .contains("./holdfast monitor --data /srv/holdfast\n");
        assertThat(greeting("localhost", 443, null, "other/data")).containsPattern("--data /.*/other/data\n");
    }

    @Test
    void an_installation_without_a_hub_is_told_how_to_make_one() {
        Ready ready = new Ready(
                "0.1.0",
                1,
                1,
                "t",
                "/srv/ca.pem",
                new Ready.Operator("https://localhost/"),
                new Ready.Sockets(20_000),
                null,
                List.of());
        String text = print(
                ready,
                TestServer.config(Path.of("data"), "iot.example", null, new Config.Ports(null, 8883, 5671), null));
        assertThat(text).contains("holdfast hub create");
    }
}
