package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the options of {@code up} mean: the defaults, each option, and what is refused. */
final class UpCommandTest {
    private static Config config(Map<String, String> environment, String... arguments) {
        UpCommand command =
                new UpCommand(environment, new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()));
        new CommandLine(command).parseArgs(arguments);
        return command.config();
    }

    @Test
    void without_options_the_ports_are_those_of_the_sdks_on_loopback() {
        assertThat(config(Map.of()))
                .isEqualTo(new Config(
                        Path.of("data"),
                        "holdfast.localhost",
                        null,
                        new Config.Ports(null, 8883, 5671),
                        null,
                        new Config.Metrics(InetAddress.getLoopbackAddress(), 9464),
                        Logging.Format.TEXT));
    }

    @Test
    void every_option_is_heard() throws Exception {
        Config config = config(
                Map.of("HOLDFAST_DATA", "elsewhere"),
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

        assertThat(config)
                .isEqualTo(new Config(
                        Path.of("/var/lib/holdfast"),
                        "iot.example",
                        InetAddress.getByAddress(new byte[4]),
                        new Config.Ports(10443, 18883, 15671),
                        Path.of("/run/ready.json"),
                        new Config.Metrics(InetAddress.getLoopbackAddress(), 19464),
                        Logging.Format.JSON));
    }

    @Test
    void metrics_can_be_turned_off() {
        assertThat(config(Map.of(), "--metrics-port", "off").metrics()).isNull();
    }

    @Test
    void the_environment_names_the_form_of_the_log_when_no_option_does() {
        assertThat(config(Map.of("HOLDFAST_LOG_FORMAT", "json")).logFormat()).isEqualTo(Logging.Format.JSON);
        assertThat(config(Map.of("HOLDFAST_LOG_FORMAT", "json"), "--log-format", "text")
                        .logFormat())
                .isEqualTo(Logging.Format.TEXT);
    }

    @Test
    void the_environment_names_the_data_directory_when_no_option_does() {
        assertThat(config(Map.of("HOLDFAST_DATA", "/srv/data")).data()).isEqualTo(Path.of("/srv/data"));
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
        assertThat(err.toString()).contains("Usage: holdfast up");
        assertThat(out.toString()).isEmpty();
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
