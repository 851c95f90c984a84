package dev.holdfast.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose body is read, how much memory bodies take, and how long one may come. */
class HttpBodyTest {
    private static final Limits.Arrival ARRIVAL = Limits.defaults().arrival();
    private static final String HOST = "Host: h\r\n";
    private static final String KNOWN = HOST + "Authorization: known\r\n";

    /** Lets in who says that he is known, and answers with the length of the body. */
    private static final class Guarded implements HttpFace {
        private final AtomicInteger answered = new AtomicInteger();

        @Override
        public boolean claims(HttpRequest request) {
            return !request.path().equals(List.of("nowhere"));
        }

        @Override
        public @Nullable HttpResponse refusalOf(HttpRequest head) {
            if (head.path().equals(List.of("broken"))) {
                throw new IllegalStateException("a bug for the test");
            }
            assertThat(head.body()).isEmpty();
            return head.header("authorization").isEmpty() ? HttpResponse.json(401, "\"who?\"") : null;
        }

        @Override
        public HttpResponse answer(HttpRequest request) {
            answered.incrementAndGet();
            return HttpResponse.json(200, String.valueOf(request.body().length));
        }
    }

    private final Guarded face = new Guarded();

    private static Limits.Http limits(int bodyMax, int bodiesMax, int perAddressMax, int rate, Duration idle) {
        return new Limits.Http(200, 2000, 20, bodyMax, bodiesMax, perAddressMax, rate, idle);
    }

    private RunningHttp server(int bodyMax, int bodiesMax, int perAddressMax) throws Exception {
        return new RunningHttp(limits(bodyMax, bodiesMax, perAddressMax, 1000, Duration.ofSeconds(20)), ARRIVAL, face);
    }

    private static String post(String fields, int length) {
        return "POST / HTTP/1.1\r\n" + fields + "Content-Length: " + length + "\r\n\r\n";
    }

    @Test
    void who_may_not_come_in_is_told_before_the_body_and_sends_no_more() throws Exception {
        try (RunningHttp server = server(1000, 10_000, 10_000);
                RawHttp client = server.connect()) {
            RawHttp.Response refused = client.send(post(HOST, 999)).read();
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.body()).isEqualTo("\"who?\"");
            assertThat(refused.header("Connection")).isEqualTo("close");
            assertThat(client.isClosedNow()).isTrue();
            assertThat(face.answered).hasValue(0);
        }
    }

    @Test
    void refused_client_that_sends_its_body_first_gets_the_answer_and_nothing_of_the_body_is_a_request()
            throws Exception {
        try (RunningHttp server = server(1000, 10_000, 10_000);
                RawHttp client = server.connect()) {
            client.send(post(HOST, 700) + ("GET /smuggled HTTP/1.1\r\n" + KNOWN + "\r\n").repeat(10));
            assertThat(client.read().status()).isEqualTo(401);
            assertThat(client.isClosedNow()).isTrue();
            assertThat(face.answered).hasValue(0);
        }
    }

    @Test
    void refused_client_is_not_asked_for_its_body() throws Exception {
        try (RunningHttp server = server(1000, 10_000, 10_000);
                RawHttp unknown = server.connect();
                RawHttp known = server.connect()) {
            String waits = "Expect: 100-continue\r\n";
            assertThat(unknown.send(post(HOST + waits, 5)).read().status()).isEqualTo(401);
            assertThat(known.send(post(KNOWN + waits, 5)).read().status()).isEqualTo(100);
            assertThat(known.send("hello").read().body()).isEqualTo("5");
        }
    }

    @Test
    void body_for_nobody_is_not_read_either() throws Exception {
        try (RunningHttp server = server(1000, 10_000, 10_000);
                RawHttp client = server.connect()) {
            client.send("POST /nowhere HTTP/1.1\r\n" + KNOWN + "Transfer-Encoding: chunked\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(404);
            assertThat(client.isClosedNow()).isTrue();
        }
    }

    @Test
    void face_that_fails_over_a_head_is_a_500() throws Exception {
        try (RunningHttp server = server(1000, 10_000, 10_000);
                RawHttp client = server.connect()) {
            client.send("POST /broken HTTP/1.1\r\n" + KNOWN + "Content-Length: 5\r\n\r\nhello");
            assertThat(client.read().status()).isEqualTo(500);
            assertThat(client.isClosedNow()).isTrue();
        }
    }

    /** The attack that this is for: it needed no token. */
    @Test
    void strangers_who_fall_silent_in_their_bodies_take_no_room() throws Exception {
        List<RawHttp> strangers = new ArrayList<>();
        try (RunningHttp server = server(1000, 2000, 2000);
                RawHttp honest = server.connect()) {
            for (int i = 0; i < 30; i++) {
                strangers.add(server.connect().send(post(HOST, 1000) + "a".repeat(990)));
            }
            assertThat(honest.send(post(KNOWN, 1000) + "a".repeat(1000)).read().body())
                    .isEqualTo("1000");
            for (RawHttp stranger : strangers) {
                assertThat(stranger.read().status()).isEqualTo(401);
            }
        } finally {
            for (RawHttp stranger : strangers) {
                stranger.close();
            }
        }
    }

    @Test
    void one_address_has_a_share_of_all_bodies_and_gets_it_back() throws Exception {
        try (RunningHttp server = server(1000, 10_000, 1500);
                RawHttp first = server.connect();
                RawHttp second = server.connect();
                RawHttp third = server.connect()) {
            assertThat(first.send(post(KNOWN + "Expect: 100-continue\r\n", 1000))
                            .read()
                            .status())
                    .isEqualTo(100);
            RawHttp.Response refused = second.send(post(KNOWN, 600)).read();
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(server.refused().poll(20, TimeUnit.SECONDS))
                    .isNotNull()
                    .extracting(told -> told.fault().reason())
                    .isEqualTo("TooManyBodies");
            assertThat(first.send("a".repeat(1000)).read().body()).isEqualTo("1000");
            assertThat(third.send(post(KNOWN, 1000) + "a".repeat(1000)).read().body())
                    .isEqualTo("1000");
        }
    }

    @Test
    void body_that_is_given_up_gives_its_room_back() throws Exception {
        try (RunningHttp server = server(1000, 1000, 1000)) {
            for (int i = 0; i < 5; i++) {
                try (RawHttp client = admitted(server)) {
                    client.send("a".repeat(999));
                }
            }
        }
    }

    /** A client whose body has all the room; the one before may not be noticed as gone for a moment. */
    private static RawHttp admitted(RunningHttp server) throws Exception {
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < until) {
            RawHttp client = server.connect().send(post(KNOWN + "Expect: 100-continue\r\n", 1000));
            if (client.read().status() == 100) {
                return client;
            }
            client.close();
        }
        throw new AssertionError("the room was not given back");
    }

    /** A byte in a chunk costs the piece of memory that it lies in. */
    @Test
    void chunked_body_is_counted_by_what_it_holds() throws Exception {
        try (RunningHttp server = server(1000, 1900, 10_000);
                RawHttp chunked = server.connect();
                RawHttp other = server.connect()) {
            String head = "POST / HTTP/1.1\r\n" + KNOWN + "Transfer-Encoding: chunked\r\n";
            assertThat(chunked.send(head + "Expect: 100-continue\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(100);
            chunked.send("1\r\na\r\n");
            // Answered by the same single event loop behind it.
            try (RawHttp between = server.connect()) {
                assertThat(between.send("GET / HTTP/1.1\r\n" + HOST + "\r\n")
                                .read()
                                .status())
                        .isEqualTo(200);
            }
            assertThat(other.send(post(KNOWN, 1000)).read().status()).isEqualTo(503);
            assertThat(chunked.send("2\r\nbc\r\n0\r\n\r\n").read().body()).isEqualTo("3");
        }
    }

    @Test
    void chunked_body_of_many_pieces_comes_whole() throws Exception {
        int size = 100_001;
        try (RunningHttp server = server(size, 10 * size, 10 * size);
                RawHttp client = server.connect()) {
            client.send("POST / HTTP/1.1\r\n" + KNOWN + "Transfer-Encoding: chunked\r\n\r\n");
            client.send(
                    "5\r\nhello\r\n" + Integer.toHexString(size - 5) + "\r\n" + "a".repeat(size - 5) + "\r\n0\r\n\r\n");
            assertThat(client.read().body()).isEqualTo(String.valueOf(size));
        }
    }

    @Test
    void body_that_moves_may_take_longer_than_the_idle_time_and_one_that_drips_may_not() throws Exception {
        Limits.Http hasty = limits(100_000, 1_000_000, 1_000_000, 100, Duration.ofMillis(500));
        try (RunningHttp server = new RunningHttp(hasty, ARRIVAL, face);
                RawHttp moving = server.connect();
                RawHttp dripping = server.connect()) {
            moving.send(post(KNOWN, 12 * 1000));
            dripping.send(post(KNOWN, 12 * 1000));
            Thread drip = Thread.ofVirtual().start(() -> dripUntilClosed(dripping));
            for (int i = 0; i < 12; i++) {
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                moving.send("a".repeat(1000));
            }
            assertThat(moving.read().body()).isEqualTo("12000");
            assertThat(dripping.read().status()).isEqualTo(408);
            assertThat(drip.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    /** A byte in every tenth of the idle time: never silent, and a tenth of the least rate. */
    private static void dripUntilClosed(RawHttp client) {
        try {
            while (true) {
                client.send("a");
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            }
        } catch (IOException closed) {
            // What the test waits for.
        }
    }
}
