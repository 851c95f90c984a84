package dev.holdfast.wire.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client says of links after it ended their session, as the Event Hubs client for JavaScript does. */
class StragglerTest {
    private static final byte[] END = RawAmqp.performative(0, 0, Performatives.END, 0, out -> {});

    private final Loopback server = new Loopback();

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private static byte[] disposition() {
        byte[] receiver = {0x41};
        return RawAmqp.performative(0, 0, Performatives.DISPOSITION, 4, out -> {
            out.encoded(receiver);
            RawAmqp.uint(out, 0, 0);
            out.encoded(receiver);
        });
    }

    @Test
    void a_settlement_after_the_end_of_its_session_ends_nothing() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.begun().send(END);
            assertThat(client.read().code()).isEqualTo(Performatives.END);

            client.send(disposition()).send(RawAmqp.flow(0, 0, 10)).send(RawAmqp.begin(0));

            assertThat(client.read().code()).isEqualTo(Performatives.BEGIN);
        }
    }

    @Test
    void a_settlement_on_a_channel_that_never_had_a_session_is_refused() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.opened().send(disposition());
            assertThat(client.closeError()).contains("ProtocolViolated");
        }
    }
}
