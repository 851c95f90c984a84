package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.cli.bench.TestBroker.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose process ends while it is measured. */
final class ServerEndTest {
    private static final Login LOGIN = new Login("one", null, null, "devices/one/messages/events/");

    @TempDir
    Path directory;

    private TestBroker broker;
    private Process process;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(directory, Fault.NONE);
        // Its end is that of the server, as far as the bench can see.
        process = new ProcessBuilder("sleep", "600").start();
    }

    @AfterEach
    void stop() {
        process.destroyForcibly();
        broker.close();
    }

    private Target target() {
        LoadTls.Options options = new LoadTls.Options(
                LoadTls.Version.TLS_1_2, LoadTls.Key.ECDSA, LoadTls.Group.SECP256R1, Path.of(broker.roots()), null);
        return new Target("localhost", Integer.parseInt(broker.port()), new LoadTls(options), process.pid());
    }

    private Consumer<String> endAt(String progress) {
        return what -> {
            if (what.startsWith(progress)) {
                process.destroyForcibly().onExit().join();
                broker.close();
            }
        };
    }

    @Test
    void messages_that_were_acknowledged_before_are_still_reported() throws Exception {
        PublishPlan plan = new PublishPlan(
                1, 1, 200, 0, 0, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), 1);

        Result result = new PublishBench(target(), plan, new ReaderPlan.None(), endAt("measuring")).run(List.of(LOGIN));

        assertThat(result.failure())
                .contains("the server's process " + process.pid() + " ended during the run", "1 connections were lost");
        assertThat(result.measures())
                .anySatisfy(measure -> assertThat(measure.name()).isEqualTo("acknowledged"))
                .noneSatisfy(measure -> assertThat(measure.name()).startsWith("serverCpu"));
        assertThat(result.notes()).noneMatch(note -> note.contains("--server-pid"));
    }

    @Test
    void handshakes_name_the_end_of_the_server() {
        HandshakePlan plan =
                new HandshakePlan(1, false, Exchange.NONE, Duration.ofSeconds(1), Duration.ofSeconds(1), 1);

        assertThatThrownBy(() -> new HandshakeBench(target(), plan, endAt("warming up")).run(List.of(LOGIN)))
                .isInstanceOf(BenchFailure.class)
                .hasMessageContaining("process " + process.pid() + " ended during the run");
    }
}
