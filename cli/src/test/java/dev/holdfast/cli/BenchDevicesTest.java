package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.bench.TestBroker;
import dev.holdfast.cli.bench.TestBroker.Fault;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The devices that a bench registers for itself, and what becomes of them. */
final class BenchDevicesTest {
    private static final String DEVICES = "/holdfast/v1/hubs/hub1/devices";

    @TempDir
    Path directory;

    private StubServer operator;
    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        operator = new StubServer(directory);
        broker = new TestBroker(directory, Fault.NONE);
        operator.writeReadyFile();
        Files.writeString(operator.trustBundle(), Files.readString(Path.of(broker.roots())), StandardOpenOption.APPEND);
        operator.on(
                "POST " + DEVICES,
                201,
                "{\"connectionString\": \"HostName=localhost;DeviceId=one;SharedAccessKey=AAAA\"}");
    }

    @AfterEach
    void stop() {
        broker.close();
        operator.close();
    }

    private List<String> bench(int seconds) {
        return List.of(
                "bench",
                "publish",
                "--data=" + directory,
                "--port=" + broker.port(),
                "--connections=2",
                "--warmup=0",
                "--duration=" + seconds);
    }

    private long deleted() {
        return operator.asked().stream()
                .filter(request -> request.startsWith("DELETE " + DEVICES + "/bench-"))
                .distinct()
                .count();
    }

    @Test
    void they_are_deleted_when_the_bench_is_ended_by_a_signal() throws Exception {
        operator.onEvery("DELETE " + DEVICES, 204, "");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(bench(600));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader output = process.inputReader()) {
            List<String> lines = new ArrayList<>();
            String line = output.readLine();
            while (line != null && !line.contains("measuring")) {
                lines.add(line);
                line = output.readLine();
            }
            assertThat(line).as("%s", lines).isNotNull();
            // Not Process.destroy, which closes the output too.
            assertThat(process.toHandle().destroy()).isTrue();
            assertThat(output.readAllAsString()).contains("deleting 2 devices");
            process.waitFor();
            assertThat(deleted()).isEqualTo(2);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void those_that_can_not_be_deleted_are_told() {
        operator.onEvery("DELETE " + DEVICES, 503, "{\"error\": {\"message\": \"Not now.\"}}");
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();

        int status = Main.run(
                Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), bench(1).toArray(String[]::new));

        assertThat(status).isEqualTo(1);
        assertThat(out.toString()).contains("acknowledged in all");
        assertThat(err.toString()).contains("2 devices are left in hub 'hub1', bench-", "Not now.");
    }
}
