package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.server.setting.WrongSettingException;
import dev.holdfast.wire.client.Networks;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the options of {@code up} mean: the defaults, each option, and what is refused. */
final class UpCommandTest {
    private static Config config(Map<String, String> environment, String... arguments) throws WrongSettingException {
        UpCommand command =
                new UpCommand(environment, new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()));
        new CommandLine(command).parseArgs(arguments);
        return Settings.config(command.values());
    }

    private static Config usual(Path data) {
        return new Config(
                data,
                "holdfast.localhost",
                List.of(),
                Config.Tokens.none(),
                Config.CertificateFile.none(),
                null,
                new Config.Ports(null, 8883, 5671),
                Config.Arrivals.same(Limits.defaults().arrival()),
                null,
                Limits.defaults(),
                Map.of(),
                new Config.Log(LogFormat.TEXT, LogLevel.INFO),
                new Config.Metrics(InetAddress.ofLiteral("127.0.0.1"), 9464),
                Config.Policies.standard(),
                Acceleration.AUTO,
                Networks.NONE,
                false);
    }

    @Test
    void without_options_the_ports_are_those_of_the_sdks_on_loopback_and_the_limits_the_usual_ones() throws Exception {
        assertThat(config(Map.of())).isEqualTo(usual(Path.of("data")));
    }

    @Test
    void faults_are_injected_only_where_it_is_asked_for() throws Exception {
        assertThat(config(Map.of()).faultInjection()).isFalse();
        assertThat(config(Map.of(), "--fault-injection").faultInjection()).isTrue();
        assertThat(config(Map.of("HOLDFAST_FAULT_INJECTION", "on")).faultInjection())
                .isTrue();
    }

    @Test
    void every_option_is_heard() throws Exception {
        Config config = config(
                Map.of("HOLDFAST_DATA", "elsewhere", "HOLDFAST_LISTENERS_MQTT_PORT", "1"),
                "--data",
                "/var/lib/holdfast",
                "--domain",
                "IoT.Example",
                "--bind",
                "0.0.0.0",
                "--https-port",
                "10443",
                "--mqtt-port",
                "18883",
                "--amqp-port",
                "15671",
                "--metrics-port",
                "19464",
                "--log-format",
                "json",
                "--ready-file",
                "/run/ready.json");

        assertThat(config.data()).isEqualTo(Path.of("/var/lib/holdfast"));
        assertThat(config.domain()).isEqualTo("iot.example");
        assertThat(config.bind()).isEqualTo(InetAddress.getByAddress(new byte[4]));
        assertThat(config.ports()).isEqualTo(new Config.Ports(10443, 18883, 15671));
        assertThat(config.readyFile()).isEqualTo(Path.of("/run/ready.json"));
        assertThat(config.metrics()).isEqualTo(new Config.Metrics(InetAddress.ofLiteral("127.0.0.1"), 19464));
        assertThat(config.log().format()).isEqualTo(LogFormat.JSON);
    }

    @Test
    void metrics_can_be_turned_off() throws Exception {
        assertThat(config(Map.of(), "--metrics-port", "off").metrics()).isNull();
    }

    @Test
    void the_environment_names_the_form_of_the_log_when_no_option_does() throws Exception {
        assertThat(config(Map.of("HOLDFAST_LOG_FORMAT", "json")).log().format()).isEqualTo(LogFormat.JSON);
        assertThat(config(Map.of("HOLDFAST_LOG_FORMAT", "json"), "--log-format", "text")
                        .log()
                        .format())
                .isEqualTo(LogFormat.TEXT);
    }

    @Test
    void the_environment_names_the_data_directory_when_no_option_does() throws Exception {
        assertThat(config(Map.of("HOLDFAST_DATA", "/srv/data"))).isEqualTo(usual(Path.of("/srv/data")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--mqtt-port 65536",
                "--amqp-port -1",
                "--https-port many",
                "--metrics-port 65536",
                "--metrics-port on",
                "--log-format xml",
                "--domain a_b",
                "--domain -a",
                "--domain a..b",
                "--domain a.",
                "--bind not/an/address",
                "--no-such-option",
                "leftover"
            })
    void wrong_use_has_status_2_and_starts_nothing(String line) {
        StringWriter err = new StringWriter();
        StringWriter out = new StringWriter();
        int status = new CommandLine(new UpCommand(Map.of(), new PrintWriter(out), new PrintWriter(err)))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(line.split(" "));

        assertThat(status).isEqualTo(2);
        assertThat(err.toString()).contains("holdfast up");
        assertThat(out.toString()).isEmpty();
    }

    /** Exit status, what was printed, and what was said of errors. */
    private record Ended(int status, String out, String err) {}

    private static Ended run(Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = new CommandLine(new UpCommand(environment, new PrintWriter(out), new PrintWriter(err, true)))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Ended(status, out.toString(), err.toString());
    }

    @Test
    void a_mistake_in_the_file_is_one_sentence_with_its_place_and_status_2(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("h.yaml"), "listeners:\n  mqtt:\n    prot: 1\n");

        Ended ended = run(Map.of(), "--config", file.toString());

        assertThat(ended)
                .isEqualTo(new Ended(
                        2,
                        "",
                        "holdfast: " + file + ", line 3, column 5: 'listeners.mqtt.prot' is no setting; did you mean"
                                + " 'listeners.mqtt.port'?\n"));
    }

    @Test
    void a_file_that_is_not_there_is_one_sentence_and_status_2() {
        assertThat(run(Map.of(), "--config", "no/such.yaml"))
                .isEqualTo(new Ended(2, "", "holdfast: the configuration file no/such.yaml does not exist.\n"));
    }

    @Test
    void a_wrong_value_of_an_option_is_one_sentence_and_no_page_of_usage() {
        assertThat(run(Map.of(), "--mqtt-port", "many").err())
                .startsWith("holdfast: --mqtt-port: 'many' is not ")
                .endsWith("See 'holdfast up --help'.\n")
                .hasLineCount(1);
    }

    @Test
    void what_is_no_file_is_no_configuration(@TempDir Path directory) throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        for (Path no : List.of(pipe, directory)) {
            assertThat(run(Map.of(), "--config", no.toString()))
                    .isEqualTo(new Ended(
                            2, "", "holdfast: the configuration file " + no + " is not a file; name a YAML file.\n"));
        }
        assertThat(run(Map.of(), "--config", "").err())
                .isEqualTo("holdfast: the name of the configuration file is empty; name a YAML file.\n");
    }

    @Test
    void more_sockets_for_one_address_than_for_all_are_refused(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("h.yaml"), "sockets:\n  openMax: 100\n  perAddressMax: 1000\n");
        Ended ended = run(Map.of(), "--config", file.toString(), "--print-config");
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err())
                .startsWith("holdfast: " + file + ", line 3, column 3: sockets.perAddressMax is 1000")
                .contains("sockets.openMax, 100");
        Files.writeString(file, "sockets: {openMax: 100, perAddressMax: 100}\n");
        assertThat(run(Map.of(), "--config", file.toString(), "--print-config").status())
                .isZero();
    }

    @Test
    void a_mistake_in_the_environment_is_one_sentence_and_status_2() {
        assertThat(run(Map.of("HOLDFAST_METRICS_PORT", "tcp://10.0.0.1:9464")))
                .isEqualTo(new Ended(
                        2,
                        "",
                        "holdfast: the environment variable HOLDFAST_METRICS_PORT: 'tcp://10.0.0.1:9464' is not a port,"
                                + " 1 to 65535, 0 for any free one, or 'off'.\n"));
    }

    @Test
    void what_holds_is_printed_with_where_it_comes_from_and_nothing_starts(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("h.yaml"), "domain: file.example\nlisteners: {mqtt: {port: 1}, amqp: {port: 1}}\n");
        Map<String, String> environment = Map.of(
                "HOLDFAST_LISTENERS_MQTT_PORT", "2", "HOLDFAST_LISTENERS_AMQP_PORT", "2", "HOLDFAST_DOMAINE", "x");

        Ended ended = run(environment, "--config", file.toString(), "--amqp-port", "3", "--print-config");

        assertThat(ended.status()).isZero();
        assertThat(ended.out())
                .contains("domain: file.example  # " + file + ", line 1, column 1\n")
                .contains("    port: 2  # the environment variable HOLDFAST_LISTENERS_MQTT_PORT\n")
                .contains("    port: 3  # --amqp-port\n")
                .contains("    # port: 443, or 8443 where that can't be had\n")
                .contains("    handshakeMaxTime: 15s\n")
                .doesNotContain("Holdfast ");
        assertThat(ended.err())
                .isEqualTo("holdfast: the environment variable 'HOLDFAST_DOMAINE' is no setting and is ignored; did you"
                        + " mean HOLDFAST_DOMAIN?\n");
    }

    @Test
    void the_help_says_who_can_connect_and_gives_an_example() {
        StringWriter out = new StringWriter();
        int status = new CommandLine(new UpCommand(Map.of(), new PrintWriter(out), new PrintWriter(out)))
                .setOut(new PrintWriter(out))
                .execute("--help");

        assertThat(status).isZero();
        assertThat(out.toString())
                .contains("Example", "--bind", "0.0.0.0", "--data", "--ready-file", "8883", "5671", "443", "8443");
    }
}
