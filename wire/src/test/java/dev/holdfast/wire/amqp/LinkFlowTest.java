package dev.holdfast.wire.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.wire.amqp.AmqpClient.ReceiverOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages over links: nothing is sent without credit, nothing is lost, and what waits is bounded. */
class LinkFlowTest {
    private final Loopback server = new Loopback();

    @AfterEach
    void stop() {
        server.close();
    }

    private AmqpClient client() throws Exception {
        return server.connect(ClientSasl.anonymous()).get(30, TimeUnit.SECONDS);
    }

    private static ReceiverOptions from(String source, int credit) {
        return new ReceiverOptions(source, null, null, Map.of(), credit);
    }

    private static int numberOf(IncomingLink.Arrived arrived) {
        return (Integer) AmqpMessage.decode(arrived.encoded())
                .orElseThrow()
                .applicationProperties()
                .getOrDefault("n", -1);
    }

    @Test
    void request_and_answer() throws Exception {
        try (AmqpClient client = client()) {
            for (int i = 0; i < 50; i++) {
                AmqpMessage answer =
                        client.request("echo", Map.of("i", i), "body " + i).get(30, TimeUnit.SECONDS);
                assertThat(answer.applicationProperties()).containsEntry("i", i);
                assertThat(answer.body()).isEqualTo(new AmqpMessage.Body.Value("body " + i));
            }
        }
    }

    @Test
    void request_before_credit_for_the_answer_is_answered_when_credit_comes() throws Exception {
        AmqpMessage request = AmqpMessage.ofValue(AmqpMessage.Properties.request(7L, "x"), Map.of(), "early");
        try (RawAmqp raw = server.raw()) {
            raw.begun().send(RawAmqp.attachReceiver(0, 0, "r", "echo"));
            assertThat(raw.read().code()).isEqualTo(0x12);
            raw.send(RawAmqp.attachSender(0, 1, "s", "echo"));
            assertThat(raw.read().code()).isEqualTo(0x12);
            assertThat(raw.read().code()).isEqualTo(0x13);
            raw.send(RawAmqp.transfer(0, 1, 0, false, request.encode()));
            assertThat(raw.read().code()).as("the request is accepted").isEqualTo(0x15);
            assertThat(raw.read().code()).as("credit for the next request").isEqualTo(0x13);
            raw.send(RawAmqp.flow(0, 0, 1));
            assertThat(raw.read().code()).as("the answer").isEqualTo(Performatives.TRANSFER);
        }
    }

    @Test
    void every_message_comes_once_and_in_order() throws Exception {
        server.face.numbers = 5000;
        List<Integer> got = Collections.synchronizedList(new ArrayList<>());
        try (AmqpClient client = client()) {
            client.receive(from("numbers", 100), arrived -> {
                        got.add(numberOf(arrived));
                        arrived.accept();
                        arrived.grant(1);
                    })
                    .get(30, TimeUnit.SECONDS);
            Loopback.await("5000 messages", () -> got.size() == 5000);
        }
        for (int i = 0; i < 5000; i++) {
            assertThat(got.get(i)).isEqualTo(i);
        }
    }

    @Test
    void no_more_than_the_credit_is_sent() throws Exception {
        AtomicInteger got = new AtomicInteger();
        try (AmqpClient client = client()) {
            IncomingLink link = client.receive(from("numbers", 7), arrived -> got.incrementAndGet())
                    .get(30, TimeUnit.SECONDS);
            Loopback.await("7 messages", () -> got.get() == 7);
            // A request that is answered after them shows that nothing else is on its way.
            client.request("echo", Map.of(), "").get(30, TimeUnit.SECONDS);
            assertThat(got).hasValue(7);
            assertThat(server.face.given)
                    .hasValueLessThanOrEqualTo(7 + server.limits.amqp().requestsMax());
            client.execute(() -> link.grant(3));
            Loopback.await("10 messages", () -> got.get() == 10);
        }
    }

    @Test
    void peer_that_never_settles_gets_no_more_than_the_limit() throws Exception {
        server.face.numbers = 10_000;
        AtomicInteger got = new AtomicInteger();
        try (AmqpClient client = client()) {
            client.receive(from("numbers", 10_000), arrived -> got.incrementAndGet())
                    .get(30, TimeUnit.SECONDS);
            Loopback.await("the limit", () -> got.get() == server.limits.amqp().creditMax());
            client.request("echo", Map.of(), "").get(30, TimeUnit.SECONDS);
            assertThat(got).hasValue(server.limits.amqp().creditMax());
        }
    }

    @Test
    void message_of_256_kilobytes_comes_whole_over_many_frames() throws Exception {
        server.face.numbers = 3;
        server.face.numberBytes = 256 * 1024;
        List<byte[]> got = Collections.synchronizedList(new ArrayList<>());
        try (AmqpClient client = client()) {
            client.receive(from("numbers", 10), arrived -> got.add(arrived.encoded()))
                    .get(30, TimeUnit.SECONDS);
            Loopback.await("3 messages", () -> got.size() == 3);
        }
        assertThat(AmqpMessage.decode(got.getLast()).orElseThrow().body())
                .isInstanceOfSatisfying(
                        AmqpMessage.Body.Value.class,
                        body -> assertThat((byte[]) body.value()).hasSize(256 * 1024));
    }

    @Test
    void slow_reader_holds_the_sender_and_loses_nothing() throws Exception {
        server.face.numbers = 20_000;
        server.face.numberBytes = 10_000;
        try (RawAmqp raw = server.raw()) {
            raw.begun().send(RawAmqp.attachReceiver(0, 0, "r", "numbers"));
            assertThat(raw.read().code()).isEqualTo(0x12);
            raw.send(RawAmqp.performative(
                    0, 0, 0x13, 7, out -> RawAmqp.uint(out, 0, 0x7FFFFFFF, 0, 0x7FFFFFFF, 0, 0, 20_000)));
            // Not read at all: the sender stops at the socket, long before all is given.
            long before = -1;
            while (server.face.given.get() != before || before == 0) {
                before = server.face.given.get();
                Loopback.await("the server's event loops to be idle", Loopback.idle(server));
            }
            assertThat(server.face.given.get()).isLessThan(1000);
            int transfers = 0;
            while (transfers < 900) {
                transfers += raw.read().code() == Performatives.TRANSFER ? 1 : 0;
            }
        }
    }

    @Test
    void links_of_a_connection_take_turns() throws Exception {
        server.face.numbers = 2000;
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        try (AmqpClient client = client()) {
            CompletableFuture<?>[] ready = new CompletableFuture<?>[3];
            for (int link = 0; link < 3; link++) {
                String name = "link" + link;
                ready[link] = client.receive(from("numbers", 50), arrived -> {
                    order.add(name);
                    arrived.accept();
                    arrived.grant(1);
                });
            }
            CompletableFuture.allOf(ready).get(30, TimeUnit.SECONDS);
            Loopback.await("6000 messages", () -> order.size() == 6000);
        }
        assertThat(order.subList(0, 3000)).contains("link0", "link1", "link2");
    }

    @Test
    void refused_link_says_why() throws Exception {
        try (AmqpClient client = client()) {
            assertThatThrownBy(() -> client.receive(from("nowhere", 1), _ -> {}).get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("amqp:not-found: no such node");
            assertThatThrownBy(() -> client.send("nowhere").get(30, TimeUnit.SECONDS))
                    .hasRootCauseMessage("amqp:not-found: no such node");
            assertThat(client.request("echo", Map.of(), "").get(30, TimeUnit.SECONDS))
                    .isNotNull();
        }
    }

    @Test
    void links_are_told_when_the_connection_ends() throws Exception {
        AmqpClient client = client();
        client.receive(from("numbers", 1), _ -> {}).get(30, TimeUnit.SECONDS);
        client.receive(from("echo", 1), _ -> {}).get(30, TimeUnit.SECONDS);
        client.close();
        Loopback.await("the end", () -> server.face.conversationsEnded.get() == 1);
        assertThat(server.face.linksClosed).hasValue(2);
    }

    @Test
    void links_are_told_when_the_socket_breaks() throws Exception {
        try (RawAmqp raw = server.raw()) {
            raw.begun().send(RawAmqp.attachReceiver(0, 0, "r", "numbers"));
            assertThat(raw.read().code()).isEqualTo(0x12);
        }
        Loopback.await("the end", () -> server.face.conversationsEnded.get() == 1);
        assertThat(server.face.linksClosed).hasValue(1);
        assertThat(server.refusals).isEmpty();
    }

    @Test
    void links_are_told_when_their_session_ends() throws Exception {
        try (RawAmqp raw = server.raw()) {
            raw.begun().send(RawAmqp.attachReceiver(0, 0, "r", "numbers"));
            assertThat(raw.read().code()).isEqualTo(0x12);
            raw.send(RawAmqp.performative(0, 0, 0x17, 0, _ -> {}));
            assertThat(raw.read().code()).isEqualTo(0x17);
            Loopback.await("the link", () -> server.face.linksClosed.get() == 1);
            raw.send(RawAmqp.begin(0));
            assertThat(raw.read().code()).as("the channel is free again").isEqualTo(0x11);
        }
    }

    @Test
    void ten_thousand_links_one_after_the_other_leave_nothing() throws Exception {
        try (RawAmqp raw = server.raw()) {
            raw.begun();
            for (int i = 0; i < 10_000; i++) {
                raw.send(RawAmqp.attachReceiver(0, 0, "r" + i % 7, "echo"));
                assertThat(raw.read().code()).isEqualTo(0x12);
                raw.send(RawAmqp.performative(0, 0, 0x16, 2, out -> {
                    RawAmqp.uint(out, 0);
                    out.bool(true);
                }));
                assertThat(raw.read().code()).isEqualTo(0x16);
            }
        }
        Loopback.await("the links", () -> server.face.linksClosed.get() == 10_000);
    }

    @Test
    void peer_that_drains_gets_its_credit_back() throws Exception {
        server.face.numbers = 3;
        try (RawAmqp raw = server.raw()) {
            raw.begun().send(RawAmqp.attachReceiver(0, 0, "r", "numbers"));
            assertThat(raw.read().code()).isEqualTo(0x12);
            raw.send(RawAmqp.performative(0, 0, 0x13, 9, out -> {
                RawAmqp.uint(out, 0, 2048, 0, 2048, 0, 0, 10);
                out.nothing().bool(true);
            }));
            for (int i = 0; i < 3; i++) {
                assertThat(raw.read().code()).isEqualTo(Performatives.TRANSFER);
            }
            RawAmqp.Frame flow = raw.read();
            assertThat(flow.code()).isEqualTo(0x13);
            assertThat(flow.fields().get(5)).as("delivery count").isEqualTo(10L);
            assertThat(flow.fields().get(6)).as("credit").isEqualTo(0L);
        }
    }

    /** Credit is an unsigned number of 32 bits; "as many as you have" is the highest one. */
    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void credit_beyond_what_an_int_holds_is_credit(int credit) throws Exception {
        server.face.numbers = 5;
        try (RawAmqp raw = server.raw()) {
            raw.begun().send(RawAmqp.attachReceiver(0, 0, "r", "numbers"));
            assertThat(raw.read().code()).isEqualTo(0x12);
            raw.send(RawAmqp.flow(0, 0, credit));
            for (int i = 0; i < 5; i++) {
                assertThat(raw.read().code()).isEqualTo(Performatives.TRANSFER);
            }
        }
    }

    @Test
    void peer_is_told_when_the_server_closes_its_sockets() throws Exception {
        try (RawAmqp raw = server.raw()) {
            raw.begun();
            var _ = server.sockets.close();
            assertThat(raw.closeError()).startsWith(AmqpError.CONNECTION_FORCED + ": The server is stopping");
            // It does not answer, and is not waited for any longer than a moment.
            raw.awaitClosed();
        }
        Loopback.await("the end", () -> server.face.conversationsEnded.get() == 1);
        assertThat(server.refusals).isEmpty();
    }

    @Test
    void peer_that_answers_the_close_of_a_stopping_server_ends_it() throws Exception {
        try (AmqpClient client = client()) {
            client.request("echo", Map.of(), "").get(30, TimeUnit.SECONDS);
            server.sockets.close().get(30, TimeUnit.SECONDS);
            assertThat(client.closed().get(30, TimeUnit.SECONDS).condition()).isEqualTo(AmqpError.CONNECTION_FORCED);
            assertThat(client.closed().get().description()).startsWith("The server is stopping");
        }
    }

    @Test
    void session_window_that_opens_again_by_a_flow_of_one_link_wakes_the_other() throws Exception {
        server.face.numbers = 20;
        try (RawAmqp raw = server.raw()) {
            raw.opened();
            raw.send(RawAmqp.performative(0, 0, 0x11, 4, out -> RawAmqp.uint(out.nothing(), 0, 4, 2048)));
            assertThat(raw.read().code()).isEqualTo(0x11);
            raw.send(RawAmqp.attachReceiver(0, 0, "a", "numbers")).send(RawAmqp.attachReceiver(0, 1, "b", "numbers"));
            assertThat(raw.read().code()).isEqualTo(0x12);
            assertThat(raw.read().code()).isEqualTo(0x12);
            raw.send(window(0, 4, 0, 0, 2)).send(window(0, 4, 1, 0, 20));
            for (int i = 0; i < 4; i++) {
                assertThat(raw.read().code()).isEqualTo(Performatives.TRANSFER);
            }
            // Link a used its credit up; its flow opens the window, and b has credit left.
            raw.send(window(4, 10, 0, 2, 0));
            for (int i = 0; i < 10; i++) {
                assertThat(raw.read().code()).isEqualTo(Performatives.TRANSFER);
            }
        }
    }

    /** A flow with the session's window as the peer sees it. */
    private static byte[] window(int nextIncoming, int window, int handle, int deliveryCount, int credit) {
        return RawAmqp.performative(
                0, 0, 0x13, 7, out -> RawAmqp.uint(out, nextIncoming, window, 0, 2048, handle, deliveryCount, credit));
    }
}
