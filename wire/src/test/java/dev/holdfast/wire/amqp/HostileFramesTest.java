package dev.holdfast.wire.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import java.io.ByteArrayOutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a stranger may send: each is refused by name, the socket closes, and the next client is served. */
class HostileFramesTest {
    private final Loopback server = new Loopback();

    @AfterEach
    void still_serves_others_and_stops() throws Exception {
        try (AmqpClient client = server.connect(ClientSasl.anonymous()).get(30, TimeUnit.SECONDS)) {
            assertThat(client).isNotNull();
        }
        server.close();
    }

    @Test
    void size_of_two_gigabytes_before_and_after_sasl() throws Exception {
        byte[] huge = {(byte) 0x80, 0, 0, 0, 2, 1, 0, 0};
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.SASL).read();
            client.send(huge).awaitClosed();
        }
        assertThat(server.refusal()).isEqualTo(new AmqpRefusal.FrameTooLarge(1L << 31, 512));
        try (RawAmqp client = server.raw()) {
            client.opened().send(huge);
            assertThat(client.closeError()).startsWith("amqp:connection:framing-error: FrameTooLarge");
            client.awaitClosed();
        }
        assertThat(server.refusal()).isEqualTo(new AmqpRefusal.FrameTooLarge(1L << 31, 65536));
    }

    @Test
    void size_of_three() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.opened().send((byte) 0, (byte) 0, (byte) 0, (byte) 3);
            assertThat(client.closeError()).startsWith("amqp:decode-error: FrameMalformed");
            client.awaitClosed();
        }
        assertThat(server.refusal()).isInstanceOf(AmqpRefusal.FrameMalformed.class);
    }

    @Test
    void data_offset_outside_of_the_frame() throws Exception {
        for (int offset : new int[] {0, 1, 3, 255}) {
            try (RawAmqp client = server.raw()) {
                client.opened()
                        .send((byte) 0, (byte) 0, (byte) 0, (byte) 8, (byte) offset, (byte) 0, (byte) 0, (byte) 0);
                assertThat(client.closeError()).startsWith("amqp:decode-error: FrameMalformed");
                client.awaitClosed();
            }
            assertThat(server.refusal()).isInstanceOf(AmqpRefusal.FrameMalformed.class);
        }
    }

    @Test
    void frame_type_that_does_not_exist() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.opened().send(RawAmqp.frame(7, 0, new byte[] {0x40}));
            assertThat(client.closeError()).startsWith("amqp:not-allowed: FrameOutOfOrder");
        }
    }

    @Test
    void list_of_four_billion_elements() throws Exception {
        for (int constructor : new int[] {0xD0, 0xD1}) {
            byte[] body = ByteBuffer.allocate(12)
                    .put(new byte[] {0x00, 0x53, 0x10, (byte) constructor})
                    .putInt(4)
                    .putInt(-2)
                    .array();
            try (RawAmqp client = server.raw()) {
                client.greet(ProtocolHeader.AMQP).send(RawAmqp.frame(0, 0, body));
                assertThat(client.read().code()).isEqualTo(Performatives.OPEN);
                assertThat(client.closeError()).startsWith("amqp:decode-error: FrameMalformed");
                client.awaitClosed();
            }
            assertThat(server.refusal()).isInstanceOf(AmqpRefusal.FrameMalformed.class);
        }
    }

    @Test
    void array_of_four_billion_nothings() throws Exception {
        AmqpWriter out = new AmqpWriter(64).descriptor(Performatives.OPEN);
        int mark = out.beginList();
        out.string("raw");
        out.encoded(ByteBuffer.allocate(10)
                .put((byte) 0xF0)
                .putInt(5)
                .putInt(-1)
                .put((byte) 0x40)
                .array());
        out.end(mark, 2);
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.AMQP).send(RawAmqp.frame(0, 0, out.toBytes()));
            assertThat(client.closeError()).contains("an array announces more elements");
        }
    }

    @Test
    void ten_thousand_nested_described_types() throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0x00, 0x53, 0x10, (byte) 0xD0});
        byte[] nest = new byte[3 * 10_000 + 1];
        for (int i = 0; i < nest.length - 1; i += 3) {
            nest[i + 1] = 0x53;
            nest[i + 2] = 0x70;
        }
        nest[nest.length - 1] = 0x40;
        body.writeBytes(ByteBuffer.allocate(8).putInt(4 + nest.length).putInt(1).array());
        body.writeBytes(nest);
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.AMQP).send(RawAmqp.frame(0, 0, body.toByteArray()));
            assertThat(client.closeError()).contains("nested more than 16 deep");
            client.awaitClosed();
        }
        assertThat(server.refusal()).isInstanceOf(AmqpRefusal.FrameMalformed.class);
    }

    @Test
    void ten_thousand_nested_lists() throws Exception {
        byte[] inner = {0x45};
        for (int i = 0; i < 5_000; i++) {
            inner = ByteBuffer.allocate(9 + inner.length)
                    .put((byte) 0xD0)
                    .putInt(4 + inner.length)
                    .putInt(1)
                    .put(inner)
                    .array();
        }
        byte[] body = new AmqpWriter(inner.length)
                .descriptor(Performatives.OPEN)
                .encoded(inner)
                .toBytes();
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.AMQP).send(RawAmqp.frame(0, 0, body));
            assertThat(client.closeError()).contains("nested more than 16 deep");
        }
    }

    @Test
    void ten_thousand_frames_without_open() throws Exception {
        ByteArrayOutputStream flood = new ByteArrayOutputStream();
        for (int i = 0; i < 10_000; i++) {
            flood.writeBytes(RawAmqp.begin(i % 64));
        }
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.AMQP).trySend(flood.toByteArray());
            client.awaitClosed();
        }
        assertThat(server.refusal()).isInstanceOf(AmqpRefusal.FrameOutOfOrder.class);
        assertThat(server.face.peers).isEmpty();
    }

    @Test
    void empty_frames_without_open() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.AMQP)
                    .send((byte) 0, (byte) 0, (byte) 0, (byte) 8, (byte) 2, (byte) 0, (byte) 0, (byte) 0);
            assertThat(client.closeError()).startsWith("amqp:not-allowed: FrameOutOfOrder");
        }
    }

    @Test
    void second_open() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.opened().send(RawAmqp.open("127.0.0.1"));
            assertThat(client.closeError()).startsWith("amqp:not-allowed: FrameOutOfOrder");
        }
    }

    @Test
    void channel_out_of_range() throws Exception {
        for (int channel : new int[] {64, 32767, 65535}) {
            try (RawAmqp client = server.raw()) {
                client.opened().send(RawAmqp.begin(channel));
                assertThat(client.closeError()).startsWith("amqp:connection:framing-error: ChannelOutOfRange");
                client.awaitClosed();
            }
            assertThat(server.refusal()).isEqualTo(new AmqpRefusal.ChannelOutOfRange(channel, 63));
        }
    }

    @Test
    void handle_out_of_range() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.begun().send(RawAmqp.attachReceiver(0, 64, "r", "numbers"));
            assertThat(client.closeError()).startsWith("amqp:connection:framing-error");
            client.awaitClosed();
        }
    }

    @Test
    void frames_for_what_does_not_exist() throws Exception {
        byte[] message = AmqpMessage.ofValue(AmqpMessage.Properties.NONE, RawAmqp.none(), "x")
                .encode();
        for (byte[] frame : new byte[][] {
            RawAmqp.transfer(0, 0, 0, false, message),
            RawAmqp.transfer(5, 0, 0, false, message),
            RawAmqp.flow(0, 3, 10),
            RawAmqp.performative(0, 0, 0x16, 1, out -> RawAmqp.uint(out, 9)),
            RawAmqp.performative(0, 9, 0x17, 0, out -> {}),
        }) {
            try (RawAmqp client = server.raw()) {
                client.begun().send(frame);
                assertThat(client.closeError()).startsWith("amqp:not-allowed: ProtocolViolated");
                client.awaitClosed();
            }
            assertThat(server.refusal()).isInstanceOf(AmqpRefusal.ProtocolViolated.class);
        }
    }

    @Test
    void transfer_on_a_link_of_the_other_direction() throws Exception {
        byte[] message = AmqpMessage.ofValue(AmqpMessage.Properties.NONE, RawAmqp.none(), "x")
                .encode();
        try (RawAmqp client = server.raw()) {
            client.begun().send(RawAmqp.attachReceiver(0, 0, "r", "echo"));
            assertThat(client.read().code()).isEqualTo(0x12);
            client.send(RawAmqp.transfer(0, 0, 0, false, message));
            assertThat(client.closeError()).startsWith("amqp:not-allowed: ProtocolViolated");
        }
    }

    @Test
    void same_link_name_twice() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.begun()
                    .send(RawAmqp.attachReceiver(0, 0, "r", "echo"))
                    .send(RawAmqp.attachReceiver(0, 1, "r", "echo"));
            assertThat(client.closeError()).contains("attached already");
        }
    }

    @Test
    void more_messages_than_credit() throws Exception {
        byte[] message = AmqpMessage.ofValue(AmqpMessage.Properties.NONE, RawAmqp.none(), "x")
                .encode();
        try (RawAmqp client = server.raw()) {
            client.begun().send(RawAmqp.attachSender(0, 0, "s", "echo"));
            // Four are granted and each grants another one; unfinished ones grant none.
            for (int i = 0; i < 4; i++) {
                client.send(RawAmqp.transfer(0, 0, i, false, message));
            }
            ByteArrayOutputStream flood = new ByteArrayOutputStream();
            for (int i = 4; i < 2000; i++) {
                flood.writeBytes(RawAmqp.transfer(0, 0, i, true, message));
            }
            client.trySend(flood.toByteArray());
            assertThat(client.closeError()).startsWith("amqp:not-allowed: ProtocolViolated");
        }
    }

    @Test
    void message_that_never_ends() throws Exception {
        byte[] part = new byte[60_000];
        try (RawAmqp client = server.raw()) {
            client.begun().send(RawAmqp.attachSender(0, 0, "s", "echo"));
            client.send(RawAmqp.transfer(0, 0, 0, true, part)).send(RawAmqp.transfer(0, 0, 0, true, part));
            assertThat(client.detachError()).startsWith("amqp:link:message-size-exceeded");
        }
    }

    @Test
    void unfinished_messages_on_many_links() throws Exception {
        byte[] part = new byte[60_000];
        try (RawAmqp client = server.raw()) {
            client.begun();
            for (int handle = 0; handle < 20; handle++) {
                client.trySend(RawAmqp.attachSender(0, handle, "s" + handle, "echo"))
                        .trySend(RawAmqp.transfer(0, handle, handle, true, part));
            }
            assertThat(client.closeError()).startsWith("amqp:resource-limit-exceeded: ReceivingTooMuch");
            client.awaitClosed();
        }
    }

    @Test
    void bug_in_a_face_ends_the_connection_with_an_error() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.begun().send(RawAmqp.attachReceiver(0, 0, "r", "broken"));
            assertThat(client.closeError()).startsWith("amqp:internal-error: InternalFailure");
            client.awaitClosed();
        }
        assertThat(server.refusal()).isEqualTo(new AmqpRefusal.InternalFailure());
    }

    @Test
    void after_close_nothing_is_read() throws Exception {
        try (RawAmqp client = server.raw()) {
            client.opened().send(RawAmqp.performative(0, 0, Performatives.CLOSE, 0, out -> {}));
            client.trySend(RawAmqp.begin(0)).trySend("rubbish".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.closeError()).isEmpty();
            client.awaitClosed();
        }
        assertThat(server.refusals).isEmpty();
    }

    @Test
    void symbols_of_strangers_are_not_kept() throws Exception {
        AmqpWriter out = new AmqpWriter(64).descriptor(Performatives.OPEN);
        int mark = out.beginList();
        out.string("raw").string("127.0.0.1");
        for (int i = 0; i < 7; i++) {
            out.nothing();
        }
        int properties = out.beginMap();
        out.symbol("stranger:unheard-of").string("x").symbol("test:known").string("y");
        out.end(properties, 4);
        out.end(mark, 10);
        try (RawAmqp client = server.raw()) {
            client.greet(ProtocolHeader.AMQP).send(RawAmqp.frame(0, 0, out.toBytes()));
            assertThat(client.read().code()).isEqualTo(Performatives.OPEN);
        }
        assertThat(SymbolCache.size("stranger:unheard-of")).isZero();
        assertThat(SymbolCache.size("test:known")).isPositive();
    }

    @Test
    void open_that_never_comes() throws Exception {
        Limits usual = Limits.defaults();
        Limits.Arrival arrival = usual.arrival();
        Limits hasty = usual.with(
                new Limits.Arrival(arrival.clientHelloMaxBytes(), arrival.handshakeMaxTime(), Duration.ofMillis(200)));
        try (Loopback impatient = new Loopback(hasty)) {
            try (RawAmqp silent = impatient.raw()) {
                silent.awaitClosed();
            }
            assertThat(impatient.refusal()).isInstanceOf(AmqpRefusal.OpenLate.class);
            try (RawAmqp half = impatient.raw()) {
                half.greet(ProtocolHeader.AMQP).awaitClosed();
            }
            assertThat(impatient.refusal()).isInstanceOf(AmqpRefusal.OpenLate.class);
            try (RawAmqp sasl = impatient.raw()) {
                sasl.greet(ProtocolHeader.SASL).awaitClosed();
            }
            assertThat(impatient.refusal()).isInstanceOf(AmqpRefusal.OpenLate.class);
        }
    }

    @Test
    void silence_after_open() throws Exception {
        Limits usual = Limits.defaults();
        Limits.Amqp amqp = usual.amqp();
        Limits hasty = usual.with(new Limits.Amqp(
                amqp.saslFrameMaxBytes(),
                amqp.frameMaxBytes(),
                amqp.messageMaxBytes(),
                amqp.requestMaxBytes(),
                amqp.receivingMaxBytes(),
                amqp.sessionsMax(),
                amqp.linksMax(),
                amqp.requestsMax(),
                amqp.tokensMax(),
                amqp.creditMax(),
                amqp.readAheadMaxBytes(),
                amqp.readersMax(),
                Duration.ofMillis(500),
                amqp.authorizeMaxTime(),
                amqp.judgeAgainEvery(),
                amqp.devices()));
        try (Loopback impatient = new Loopback(hasty);
                RawAmqp silent = impatient.raw()) {
            silent.opened();
            assertThat(silent.closeError()).startsWith("amqp:resource-limit-exceeded");
            silent.awaitClosed();
            assertThat(impatient.refusal()).isEqualTo(new AmqpRefusal.Idle(Duration.ofMillis(500)));
        }
    }

    @Test
    void random_frames_end_every_time_with_a_closed_socket() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<RawAmqp> clients = new ArrayList<>();
        for (int round = 0; round < 150; round++) {
            byte[] frame = RawAmqp.attachSender(0, 0, "s", "echo");
            for (int i = 0; i < 1 + random.nextInt(4); i++) {
                frame[8 + random.nextInt(frame.length - 8)] = (byte) random.nextInt(256);
            }
            RawAmqp client = server.raw();
            clients.add(client.begun().trySend(frame));
            client.trySend(RawAmqp.performative(0, 0, Performatives.CLOSE, 0, out -> {}));
        }
        for (int round = 0; round < clients.size(); round++) {
            try (RawAmqp client = clients.get(round)) {
                client.awaitClosed();
            } catch (SocketTimeoutException stuck) {
                throw new AssertionError("stuck with seed " + seed + " in round " + round, stuck);
            }
        }
        Loopback.await("all sockets closed, seed " + seed, () -> server.sockets.isEmpty());
        assertThat(server.refusals).as("seed " + seed).doesNotContain(new AmqpRefusal.InternalFailure());
    }
}
