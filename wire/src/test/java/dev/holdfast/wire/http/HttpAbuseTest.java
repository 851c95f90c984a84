package dev.holdfast.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes that no honest client sends: refused with the right status, closed, and nothing of them reaches a face. */
class HttpAbuseTest {
    private static final String HOST = "Host: h\r\n";
    private static final Limits.Arrival ARRIVAL = Limits.defaults().arrival();
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

    /** Counts what it is asked, and answers everything. */
    private static final class Witness implements HttpFace {
        private final List<String> asked = new ArrayList<>();

        @Override
        public boolean claims(HttpRequest request) {
            return true;
        }

        @Override
        public synchronized HttpResponse answer(HttpRequest request) {
            asked.add(request.toString());
            return HttpResponse.json(200, "{}");
        }

        synchronized List<String> asked() {
            return List.copyOf(asked);
        }
    }

    private static Limits.Http limits(int bodyMaxBytes, int bodiesMaxBytes, Duration idle) {
        return new Limits.Http(200, 2000, 20, bodyMaxBytes, bodiesMaxBytes, idle);
    }

    private static Limits.Arrival firstHeadWithin(Duration time) {
        return new Limits.Arrival(64 * 1024, time, time);
    }

    @ParameterizedTest
    @CsvSource({
        "400,AmbiguousLength,'Content-Length: 4|Transfer-Encoding: chunked|'",
        "400,AmbiguousLength,'Transfer-Encoding: chunked|Content-Length: 4|'",
        "400,AmbiguousLength,'Content-Length: 4|Content-Length: 4|'",
        "400,AmbiguousLength,'Content-Length: 4|content-length: 5|'",
        "400,AmbiguousLength,'Content-Length: 4, 4|'",
        "400,AmbiguousLength,'Content-Length: +4|'",
        "400,AmbiguousLength,'Content-Length: -4|'",
        "400,AmbiguousLength,'Content-Length: 0x4|'",
        "400,AmbiguousLength,'Content-Length: 4 4|'",
        "400,AmbiguousLength,'Content-Length:|'",
        "400,AmbiguousLength,'Content-Length: 99999999999999999999|'",
        "400,AmbiguousLength,'Transfer-Encoding: chunked|Transfer-Encoding: chunked|'",
        "501,UnknownTransferCoding,'Transfer-Encoding: gzip|'",
        "501,UnknownTransferCoding,'Transfer-Encoding: xchunked|'",
        "501,UnknownTransferCoding,'Transfer-Encoding: chunked, chunked|'",
        "501,UnknownTransferCoding,'Transfer-Encoding: gzip, chunked|'",
        "501,UnknownTransferCoding,'Transfer-Encoding: identity|'",
        "400,MalformedField,'Transfer-Encoding : chunked|'",
        "400,MalformedField,'Transfer-Encoding: chunked|  folded|'",
        "415,EncodedBody,'Content-Encoding: gzip|Content-Length: 4|'",
        "415,EncodedBody,'Content-Encoding: br|Content-Length: 4|'",
        "417,UnknownExpectation,'Expect: 200-ok|Content-Length: 4|'",
        "413,BodyTooLarge,'Content-Length: 1048577|'",
        "400,MalformedHost,'Host: other|'",
    })
    void aBodyWhoseLengthIsInDoubtEndsTheConnection(int status, String reason, String fields) throws Exception {
        Witness witness = new Witness();
        try (RunningHttp server = new RunningHttp(witness);
                RawHttp client = server.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + fields.replace("|", "\r\n") + "\r\n0\r\n\r\n" + SMUGGLED);
            assertRefused(server, client, status, reason);
            assertThat(witness.asked()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'5;x=y|hello|0||'",
        "'5|hello|0|Trailer: x||'",
        "'5 |hello|0||'",
        "'0;x||'",
        "'5|helloX|0||'",
        "'FFFFFFFFF|'",
        "'-1|'",
        "'5\nhello\n0\n\n'",
    })
    void aDoubtfulChunkEndsTheConnection(String body) throws Exception {
        Witness witness = new Witness();
        try (RunningHttp server = new RunningHttp(witness);
                RawHttp client = server.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n" + body.replace("|", "\r\n")
                    + SMUGGLED);
            assertRefused(server, client, 400, "MalformedChunk");
            assertThat(witness.asked()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400,MalformedHost,'GET / HTTP/1.1|'",
        "400,MalformedHost,'GET / HTTP/1.1|Host: a/b|'",
        "400,MalformedHost,'GET / HTTP/1.1|Host:|'",
        "400,MalformedHost,'GET https://a@b/ HTTP/1.1|Host: h|'",
        "400,MalformedTarget,'GET /%00 HTTP/1.1|Host: h|'",
        "400,MalformedTarget,'GET /%zz HTTP/1.1|Host: h|'",
        "400,MalformedTarget,'GET /a/%2e%2e/b HTTP/1.1|Host: h|'",
        "400,MalformedTarget,'GET /%ff HTTP/1.1|Host: h|'",
        "400,MalformedTarget,'GET * HTTP/1.1|Host: h|'",
        "400,MalformedTarget,'CONNECT h:443 HTTP/1.1|Host: h|'",
        "505,VersionNotSupported,'GET / HTTP/1.0|Host: h|'",
        "505,VersionNotSupported,'PRI * HTTP/2.0|'",
        "400,MalformedRequestLine,'GET /|'",
        "400,MalformedField,'GET / HTTP/1.1|Host: h|X-A: \u00ff|'",
    })
    void aDoubtfulHeadEndsTheConnection(int status, String reason, String head) throws Exception {
        Witness witness = new Witness();
        try (RunningHttp server = new RunningHttp(witness);
                RawHttp client = server.connect()) {
            client.send(head.replace("|", "\r\n") + "\r\n" + SMUGGLED);
            assertRefused(server, client, status, reason);
            assertThat(witness.asked()).isEmpty();
        }
    }

    @Test
    void aRequestLineWithoutEndIsRefusedAtItsLimit() throws Exception {
        try (RunningHttp server = new RunningHttp(new Witness());
                RawHttp client = server.connect()) {
            client.send("GET /" + "a".repeat(9000));
            assertRefused(server, client, 414, "TargetTooLong");
        }
    }

    @Test
    void fieldsWithoutEndAreRefusedAtTheirLimit() throws Exception {
        try (RunningHttp server = new RunningHttp(new Witness())) {
            try (RawHttp client = server.connect()) {
                client.send("GET / HTTP/1.1\r\nX: " + "a".repeat(33 * 1024));
                assertRefused(server, client, 431, "FieldsTooLarge");
            }
            try (RawHttp client = server.connect()) {
                client.send("GET / HTTP/1.1\r\n" + "a:\r\n".repeat(129));
                assertRefused(server, client, 431, "FieldsTooLarge");
            }
        }
    }

    @Test
    void aChunkedBodyIsRefusedAtItsLimit() throws Exception {
        try (RunningHttp server = new RunningHttp(limits(50, 1000, Duration.ofSeconds(20)), ARRIVAL, new Witness());
                RawHttp client = server.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n");
            client.send("20\r\n" + "a".repeat(32) + "\r\n").send("13\r\n" + "a".repeat(19) + "\r\n");
            assertRefused(server, client, 413, "BodyTooLarge");
        }
    }

    @Test
    void bodiesOfAllConnectionsTogetherAreBoundedAndTheirRoomIsGivenBack() throws Exception {
        Limits.Http small = limits(50, 60, Duration.ofSeconds(20));
        String head = "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 40\r\n\r\n";
        try (RunningHttp server = new RunningHttp(small, ARRIVAL, new Witness());
                RawHttp first = server.connect();
                RawHttp second = server.connect()) {
            first.send(head + "a".repeat(39));
            // The first one's bytes are taken when a request on the same single event loop was answered after them.
            try (RawHttp between = server.connect()) {
                assertThat(between.send("GET / HTTP/1.1\r\n" + HOST + "\r\n")
                                .read()
                                .status())
                        .isEqualTo(200);
            }
            second.send(head + "a".repeat(39));
            RawHttp.Response refused = second.read();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(first.send("a").read().status()).isEqualTo(200);
            assertThat(first.send(head + "a".repeat(40)).read().status()).isEqualTo(200);
        }
    }

    @Test
    void aClientThatNeverSpeaksIsClosed() throws Exception {
        try (RunningHttp server = new RunningHttp(
                        Limits.defaults().http(), firstHeadWithin(Duration.ofMillis(300)), new Witness());
                RawHttp client = server.connect()) {
            assertRefused(server, client, 408, "TooSlow");
        }
    }

    @Test
    void aHeadThatDripsIsClosed() throws Exception {
        try (RunningHttp server = new RunningHttp(
                        Limits.defaults().http(), firstHeadWithin(Duration.ofMillis(300)), new Witness());
                RawHttp client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: ");
            assertRefused(server, client, 408, "TooSlow");
        }
    }

    @Test
    void aBodyThatDripsIsClosed() throws Exception {
        try (RunningHttp server = new RunningHttp(limits(50, 1000, Duration.ofMillis(300)), ARRIVAL, new Witness());
                RawHttp client = server.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 40\r\n\r\na");
            assertRefused(server, client, 408, "TooSlow");
        }
    }

    @Test
    void anIdleConnectionIsClosedWithoutAWord() throws Exception {
        try (RunningHttp server = new RunningHttp(limits(50, 1000, Duration.ofMillis(300)), ARRIVAL, new Witness());
                RawHttp client = server.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").read().status())
                    .isEqualTo(200);
            assertThat(client.isClosedNow()).isTrue();
            assertThat(server.refused()).isEmpty();
        }
    }

    @Test
    void aClientThatDoesNotTakeItsAnswerIsClosed() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        AtomicInteger requests = new AtomicInteger();
        HttpFace large = new HttpFace() {
            @Override
            public boolean claims(HttpRequest request) {
                return true;
            }

            @Override
            public HttpResponse answer(HttpRequest request) {
                requests.incrementAndGet();
                asked.countDown();
                return HttpResponse.json(200, "x".repeat(32 * 1024 * 1024));
            }
        };
        try (RunningHttp server = new RunningHttp(limits(50, 1000, Duration.ofMillis(500)), ARRIVAL, large);
                RawHttp client = server.connect()) {
            client.send(("GET / HTTP/1.1\r\n" + HOST + "\r\n").repeat(50));
            assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
            Thread closed = Thread.ofVirtual().start(() -> {
                while (true) {
                    try {
                        client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
                        TimeUnit.MILLISECONDS.sleep(20);
                    } catch (IOException | InterruptedException gone) {
                        return;
                    }
                }
            });
            assertThat(closed.join(Duration.ofSeconds(20))).isTrue();
            assertThat(requests).hasValue(1);
        }
    }

    @Test
    void randomBytesAndMutatedRequestsNeverStopTheServer() throws Exception {
        long seed = System.nanoTime();
        System.out.println("HttpAbuseTest seed " + seed);
        Random random = new Random(seed);
        List<String> good = List.of(
                "GET /a/b?c=d HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
                "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        Limits.Http quick = limits(1000, 100_000, Duration.ofMillis(100));
        try (RunningHttp server = new RunningHttp(quick, firstHeadWithin(Duration.ofMillis(100)), new Witness())) {
            for (int round = 0; round < 1500; round++) {
                byte[] bytes = good.get(random.nextInt(good.size())).getBytes(StandardCharsets.ISO_8859_1);
                for (int changes = random.nextInt(4); changes >= 0; changes--) {
                    bytes = mutate(bytes, random);
                }
                try (RawHttp client = server.connect()) {
                    client.send(bytes);
                    int status = client.read().status();
                    assertThat(status).as("round %d of seed %d", round, seed).isNotEqualTo(500);
                } catch (IOException closedWithoutAnswer) {
                    throw new AssertionError("round " + round + " of seed " + seed, closedWithoutAnswer);
                }
            }
            try (RawHttp client = server.connect()) {
                assertThat(client.send(good.getFirst()).read().status()).isEqualTo(200);
            }
        }
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        byte[] changed = bytes.clone();
        int at = random.nextInt(changed.length);
        switch (random.nextInt(5)) {
            case 0 -> changed[at] = (byte) random.nextInt(256);
            case 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> {
                byte[] shorter = new byte[Math.max(1, changed.length - 1)];
                System.arraycopy(changed, 0, shorter, 0, Math.min(at, shorter.length));
                if (at < shorter.length) {
                    System.arraycopy(changed, at + 1, shorter, at, shorter.length - at);
                }
                return shorter;
            }
            case 3 -> {
                byte[] longer = new byte[changed.length + 1];
                System.arraycopy(changed, 0, longer, 0, at);
                longer[at] = "\r\n \t:;,0\0%".getBytes(StandardCharsets.ISO_8859_1)[random.nextInt(10)];
                System.arraycopy(changed, at, longer, at + 1, changed.length - at);
                return longer;
            }
            default -> random.nextBytes(changed);
        }
        return changed;
    }

    private static void assertRefused(RunningHttp server, RawHttp client, int status, String reason) throws Exception {
        RawHttp.Response response = client.read();
        assertThat(response.status()).as(response.body()).isEqualTo(status);
        assertThat(response.header("Connection")).isEqualTo("close");
        assertThat(response.header("Content-Type")).startsWith("application/json");
        assertThat(client.isClosedNow()).isTrue();
        RefusedRequest told = server.refused().poll(20, TimeUnit.SECONDS);
        assertThat(told).isNotNull();
        assertThat(told.fault().reason()).isEqualTo(reason);
    }
}
