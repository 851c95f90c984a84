package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code up} as a process of its own, ended by signals. */
final class ProcessTest {
    @TempDir
    static Path made;

    @TempDir
    Path directory;

    @BeforeAll
    static void startOnce() throws Exception {
        TestServer.start(made.resolve("data")).close();
    }

    /** A process and what it has printed so far; errors go with the rest. */
    record Up(Process process, BufferedReader output, List<String> lines) {
        static Up start(String... arguments) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    // Whoever runs the tests in the background has SIGINT ignored, and a child would inherit that.
                    "env",
                    "--default-signal=INT,TERM",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName()));
            command.addAll(List.of(arguments));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return new Up(
                    process,
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)),
                    new ArrayList<>());
        }

        /** Reads on, what was read before is kept in {@link #lines}. */
        void readUntil(String part) throws IOException {
            String line;
            do {
                line = output.readLine();
                assertThat(line).as("the line with '%s', after %s", part, lines).isNotNull();
                lines.add(line);
            } while (!line.contains(part));
        }

        void signal(String name) throws IOException, InterruptedException {
            assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
        }

        int end() throws IOException, InterruptedException {
            String line;
            while ((line = output.readLine()) != null) {
                lines.add(line);
            }
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }
    }

    private Path data() throws IOException {
        Path copy = directory.resolve("data");
        Copies.copy(made.resolve("data"), copy);
        return copy;
    }

    private static String[] freePorts(Path data) {
        return new String[] {"--data", data.toString(), "--mqtt-port", "0", "--amqp-port", "0", "--https-port", "0"};
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void a_signal_ends_it_cleanly(String signal) throws Exception {
        Path data = data();
        Up up = Up.start(freePorts(data));
        up.readUntil("Ready after");
        assertThat(data.resolve("ready.json")).exists();

        up.signal(signal);

        assertThat(up.end()).as(up.lines().toString()).isZero();
        assertThat(data.resolve("ready.json")).doesNotExist();
        assertThat(up.lines()).noneMatch(line -> line.contains("Exception"));
        DataDirectory.open(data).close();
    }

    @Test
    void a_signal_during_the_start_ends_it_cleanly_too() throws Exception {
        Path data = data();
        Up up = Up.start(freePorts(data));
        up.readUntil("Holdfast ");

        up.signal("TERM");

        assertThat(up.end()).as(up.lines().toString()).isZero();
        assertThat(data.resolve("ready.json")).doesNotExist();
    }

    @Test
    void a_killed_one_leaves_nothing_that_keeps_the_next_from_starting() throws Exception {
        Path data = data();
        Up killed = Up.start(freePorts(data));
        killed.readUntil("Ready after");
        killed.signal("KILL");
        killed.end();
        assertThat(data.resolve("ready.json")).as("left by the killed one").exists();

        Up next = Up.start(freePorts(data));
        next.readUntil("Ready after");
        next.signal("TERM");
        assertThat(next.end()).isZero();
    }

    @Test
    void what_keeps_it_from_starting_is_one_sentence_and_status_1() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            Up up = Up.start("--data", data().toString(), "--mqtt-port", port, "--amqp-port", "0", "--https-port", "0");

            assertThat(up.end()).isEqualTo(1);
            assertThat(up.lines())
                    .filteredOn(line -> line.startsWith("holdfast: "))
                    .singleElement()
                    .asString()
                    .contains(port, "--mqtt-port");
            assertThat(up.lines()).noneMatch(line -> line.contains("Exception") || line.startsWith("\tat "));
        }
    }

    @Test
    void no_key_is_in_the_log() throws Exception {
        Path data = data();
        Up up = Up.start(freePorts(data));
        up.readUntil("To see what devices send");
        int shown = up.lines().size();
        String token = Files.readString(data.resolve("operator-token")).strip();
        up.signal("TERM");
        up.end();
        assertThat(String.join("\n", up.lines())).doesNotContain(token, "PRIVATE KEY");
        assertThat(up.lines().subList(shown, up.lines().size())).noneMatch(line -> line.contains("SharedAccessKey="));
    }
}
