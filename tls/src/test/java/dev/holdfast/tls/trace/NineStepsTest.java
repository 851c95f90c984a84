package dev.holdfast.tls.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.testkit.RawHello;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class NineStepsTest {
    private static final byte[] APPLICATION_DATA = RawHello.record(23, new byte[60]);
    private static final byte[] CHANGE = RawHello.record(20, new byte[] {1});
    private static final byte[] FINISHED = RawHello.record(22, new byte[40]);

    private final HandshakeTap tap = new HandshakeTap(Limits.defaults().tls().trace());
    private int millis;

    private void client(byte[]... parts) {
        read(Side.CLIENT, parts);
    }

    private void server(byte[]... parts) {
        read(Side.SERVER, parts);
    }

    private void read(Side side, byte[]... parts) {
        for (byte[] part : parts) {
            millis++;
            tap.read(side, ByteBuffer.wrap(part), Duration.ofMillis(millis));
        }
    }

    private List<TracedStep> steps(boolean finished, boolean requested, @Nullable Side endedBy) {
        return NineSteps.of(tap.seen(), new HandshakeFacts(finished, finished, requested, endedBy));
    }

    private static List<String> states(List<TracedStep> steps) {
        return steps.stream().map(step -> step.state().toString()).toList();
    }

    @Test
    void a_full_handshake_of_tls_1_2_with_a_client_certificate_has_all_nine() {
        client(RawHello.tls12().record());
        server(RawHello.record(22, HandshakeTapTest.tls12Flight()));
        client(RawHello.record(22, HandshakeTapTest.message(11, HandshakeTapTest.hex("000000"))));
        client(RawHello.record(22, HandshakeTapTest.message(16, new byte[33])), CHANGE, FINISHED);
        server(CHANGE, FINISHED);

        List<TracedStep> steps = steps(true, true, null);

        assertThat(states(steps)).containsOnly("done").hasSize(9);
        assertThat(steps.stream().map(step -> step.seen().size())).containsExactly(1, 1, 4, 1, 1, 0, 2, 2, 0);
        assertThat(steps.get(4).note()).contains("Diffie-Hellman");
    }

    @Test
    void a_resumed_session_of_tls_1_2_needs_neither_certificate_nor_key_exchange() {
        client(RawHello.tls12().record());
        server(RawHello.record(22, HandshakeTapTest.tls12Choice()), CHANGE, FINISHED);
        client(CHANGE, FINISHED);

        assertThat(states(steps(true, false, null)))
                .containsExactly(
                        "done", "done", "not needed", "not needed", "not needed", "done", "done", "done", "done");
    }

    @Test
    void tls_1_3_combines_and_drops_steps() {
        client(RawHello.tls13().record());
        server(RawHello.record(22, HandshakeTapTest.tls13Choice(false)), CHANGE, APPLICATION_DATA, APPLICATION_DATA);
        client(CHANGE, APPLICATION_DATA);
        server(APPLICATION_DATA);

        List<TracedStep> steps = steps(true, false, null);

        assertThat(states(steps))
                .containsExactly(
                        "done", "done", "done", "not needed", "part of other steps", "done", "done", "done", "done");
        assertThat(steps.stream().map(step -> step.seen().size())).containsExactly(1, 2, 2, 0, 0, 0, 2, 0, 1);
        assertThat(steps(true, true, null).get(3).state()).isEqualTo(TracedStep.State.DONE);
    }

    @Test
    void a_refusal_after_the_hello_stands_where_the_server_hello_should_be() {
        client(RawHello.tls13().record());
        server(RawHello.record(21, new byte[] {2, 70}));

        List<TracedStep> steps = steps(false, false, Side.SERVER);

        assertThat(states(steps).subList(0, 3)).containsExactly("done", "failed", "not reached");
        assertThat(steps.get(1).seen()).singleElement().isInstanceOf(Seen.Alert.class);
    }

    @Test
    void a_client_that_does_not_like_the_chain_fails_in_its_own_next_step() {
        client(RawHello.tls12().record());
        server(RawHello.record(22, HandshakeTapTest.tls12Flight()));
        client(RawHello.record(21, new byte[] {2, 48}));

        assertThat(states(steps(false, true, Side.CLIENT)).subList(2, 5))
                .containsExactly("done", "failed", "not reached");
    }

    @Test
    void a_server_that_refuses_a_finished_tls_1_3_client_fails_in_the_last_step() {
        client(RawHello.tls13().record());
        server(RawHello.record(22, HandshakeTapTest.tls13Choice(false)), APPLICATION_DATA);
        client(APPLICATION_DATA);
        server(APPLICATION_DATA);

        List<TracedStep> steps = steps(true, true, Side.SERVER);

        assertThat(states(steps).subList(6, 9)).containsExactly("done", "done", "failed");
        assertThat(steps.getLast().seen()).hasSize(1);
    }
}
