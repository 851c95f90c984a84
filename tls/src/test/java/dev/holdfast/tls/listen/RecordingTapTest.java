package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.testkit.Tool;
import dev.holdfast.tls.trace.HandshakeFacts;
import dev.holdfast.tls.trace.NineSteps;
import dev.holdfast.tls.trace.Recording;
import dev.holdfast.tls.trace.Recordings;
import dev.holdfast.tls.trace.Seen;
import dev.holdfast.tls.trace.SeenText;
import dev.holdfast.tls.trace.Side;
import dev.holdfast.tls.trace.Step;
import dev.holdfast.tls.trace.TracedStep;
import dev.holdfast.tls.trace.TracedStep.State;
import dev.holdfast.wire.Connection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is recorded of handshakes of OpenSSL with the front door. */
class RecordingTapTest {
    private static final String HOST = "hub1.holdfast.localhost";

    @TempDir
    Path files;

    private final BlockingQueue<Recording> closed = new LinkedBlockingQueue<>();
    private TestDoor door;

    /** Everybody is recorded, and told of when the connection is closed. */
    private final class All implements Recordings {
        @Override
        public Recording begin(Connection connection) {
            return new Recording(Limits.defaults().tls().trace());
        }

        @Override
        public void closed(Connection connection, Recording recording) {
            closed.add(recording);
        }
    }

    @BeforeEach
    void open() throws Exception {
        door = new TestDoor(new All());
    }

    @AfterEach
    void close() {
        door.close();
    }

    private Recording recorded(String... options) throws InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("openssl", "s_client", "-connect", "127.0.0.1:" + door.port(), "-servername", HOST));
        command.addAll(List.of(options));
        try (Tool tool = Tool.start(command.toArray(String[]::new))) {
            var _ = tool.say("Q\n").finish();
        }
        Recording recording = closed.poll(TestDoor.WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(recording).as("the connection was closed").isNotNull();
        recording.stop();
        return recording;
    }

    private static List<TracedStep> steps(Recording recording, boolean finished, boolean requested, @Nullable Side by) {
        boolean encrypted = recording.seen().stream()
                .anyMatch(each -> each instanceof Seen.Encrypted && each.from() == Side.SERVER);
        return NineSteps.of(recording.seen(), new HandshakeFacts(finished, encrypted, requested, by));
    }

    private static List<State> states(List<TracedStep> steps) {
        return steps.stream().map(TracedStep::state).toList();
    }

    private static List<String> names(List<TracedStep> steps, Step step) {
        return steps.get(step.number() - 1).seen().stream().map(SeenText::name).toList();
    }

    @Test
    void a_full_handshake_of_tls_1_2_is_told_message_by_message() throws Exception {
        Recording recording = recorded("-tls1_2");
        List<TracedStep> steps = steps(recording, true, true, null);

        assertThat(states(steps)).containsOnly(State.DONE);
        assertThat(names(steps, Step.CLIENT_HELLO)).containsExactly("ClientHello");
        assertThat(names(steps, Step.SERVER_CERTIFICATE))
                .containsExactly("Certificate", "ServerKeyExchange", "CertificateRequest", "ServerHelloDone");
        assertThat(names(steps, Step.KEY_EXCHANGE)).containsExactly("ClientKeyExchange");
        assertThat(names(steps, Step.CLIENT_FINISHED)).containsExactly("ChangeCipherSpec", "encrypted record");
        assertThat(names(steps, Step.SERVER_FINISHED)).contains("ChangeCipherSpec", "encrypted record");
        assertThat(recording.seen()).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
    }

    @Test
    void a_full_handshake_of_tls_1_3_is_told_with_its_encrypted_records() throws Exception {
        List<TracedStep> steps = steps(recorded("-tls1_3"), true, true, null);

        assertThat(states(steps))
                .containsExactly(
                        State.DONE,
                        State.DONE,
                        State.DONE,
                        State.DONE,
                        State.COMBINED,
                        State.DONE,
                        State.DONE,
                        State.DONE,
                        State.DONE);
        assertThat(names(steps, Step.SERVER_HELLO)).startsWith("ServerHello");
        assertThat(names(steps, Step.CLIENT_FINISHED)).contains("encrypted record");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void a_resumed_handshake_shows_no_certificate(String version) throws Exception {
        String session = files.resolve("session").toString();
        try (Tool tool = Tool.start(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + door.port(),
                "-servername",
                HOST,
                version,
                "-sess_out",
                session)) {
            // In TLS 1.3 the ticket comes before this does.
            tool.say("is-anyone-there\n").hears("is-anyone-there");
            var _ = tool.say("Q\n").finish();
        }
        assertThat(closed.poll(TestDoor.WAIT_SECONDS, TimeUnit.SECONDS)).isNotNull();
        assertThat(door.handshake().resumed()).isFalse();

        List<TracedStep> steps = steps(recorded(version, "-sess_in", session), true, false, null);

        assertThat(door.handshake().resumed()).isTrue();
        assertThat(steps.get(2).state()).isEqualTo(State.NOT_NEEDED);
        assertThat(steps.get(3).state()).isEqualTo(State.NOT_NEEDED);
        assertThat(steps.getLast().state()).isEqualTo(State.DONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void a_client_that_does_not_know_the_root_fails_in_its_next_step(String version) throws Exception {
        Recording recording = recorded(version, "-verify_return_error", "-no-CAfile", "-no-CApath", "-no-CAstore");

        assertThat(door.report().alert()).isEqualTo("received unknown_ca");
        List<TracedStep> steps = steps(recording, false, true, Side.CLIENT);
        assertThat(states(steps).subList(0, 4)).containsExactly(State.DONE, State.DONE, State.DONE, State.FAILED);
        assertThat(names(steps, Step.CLIENT_CERTIFICATE)).containsAnyOf("Alert unknown_ca", "encrypted record");
        assertThat(steps.getLast().state()).isEqualTo(State.NOT_REACHED);
    }

    @Test
    void what_the_policy_refuses_is_recorded_with_the_alert_that_goes_out() throws Exception {
        Recording recording = recorded("-tls1_2", "-cipher", "AES128-GCM-SHA256");

        List<TracedStep> steps = steps(recording, false, false, Side.SERVER);
        assertThat(states(steps).subList(0, 3)).containsExactly(State.DONE, State.FAILED, State.NOT_REACHED);
        assertThat(names(steps, Step.SERVER_HELLO)).containsExactly("Alert handshake_failure");
    }

    @Test
    void nothing_is_recorded_after_the_handshake() throws Exception {
        try (Tool tool = Tool.start(
                "openssl", "s_client", "-connect", "127.0.0.1:" + door.port(), "-servername", HOST, "-tls1_2")) {
            for (int i = 0; i < 20; i++) {
                tool.say("is-anyone-there-" + i + "\n").hears("is-anyone-there-" + i);
            }
            var _ = tool.say("Q\n").finish();
        }
        Recording recording = closed.poll(TestDoor.WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(recording).isNotNull();

        List<Seen> data = steps(recording, true, true, null).getLast().seen();
        assertThat(data).isEmpty();
    }
}
