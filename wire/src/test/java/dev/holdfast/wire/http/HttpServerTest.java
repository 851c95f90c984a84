package dev.holdfast.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HttpServerTest {
    private static final String HOST = "Host: hub1.example\r\n";

    /** Claims everything under its first path segment. */
    private record Face(String segment, Function<HttpRequest, HttpResponse> answers) implements HttpFace {
        @Override
        public boolean claims(HttpRequest request) {
            return !request.path().isEmpty() && request.path().getFirst().equals(segment);
        }

        @Override
        public @Nullable HttpResponse refusalOf(HttpRequest head) {
            return null;
        }

        @Override
        public HttpResponse answer(HttpRequest request) {
            return answers.apply(request);
        }
    }

    private static HttpResponse echo(HttpRequest request) {
        return new HttpResponse(
                200,
                Map.of("Content-Type", "text/plain"),
                (request + "|" + request.query() + "|" + new String(request.body(), StandardCharsets.UTF_8))
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static RunningHttp echoing() throws Exception {
        return new RunningHttp(new Face("echo", HttpServerTest::echo));
    }

    @Test
    void aRequestIsAnsweredByTheFaceThatClaimsIt() throws Exception {
        try (RunningHttp server = new RunningHttp(
                        new Face("one", _ -> HttpResponse.json(200, "1")),
                        new Face("two", _ -> HttpResponse.json(201, "{\"n\":2}").with("ETag", "\"x\"")));
                RawHttp client = server.connect()) {
            RawHttp.Response two =
                    client.send("GET /two HTTP/1.1\r\n" + HOST + "\r\n").read();
            assertThat(two.status()).isEqualTo(201);
            assertThat(two.body()).isEqualTo("{\"n\":2}");
            assertThat(two.header("ETag")).isEqualTo("\"x\"");
            assertThat(two.header("Content-Type")).isEqualTo("application/json; charset=utf-8");
            assertThat(two.header("Date")).isEqualTo("Sun, 22 Nov 2026 08:30:00 GMT");
            assertThat(client.send("GET /one HTTP/1.1\r\n" + HOST + "\r\n")
                            .read()
                            .body())
                    .isEqualTo("1");
        }
    }

    @Test
    void whatNobodyClaimsIsNotFoundAndTheConnectionStaysOpen() throws Exception {
        try (RunningHttp server = echoing();
                RawHttp client = server.connect()) {
            RawHttp.Response nothing =
                    client.send("GET /other HTTP/1.1\r\n" + HOST + "\r\n").read();
            assertThat(nothing.status()).isEqualTo(404);
            assertThat(nothing.body()).isEqualTo("{\"message\":\"Nothing is served under this host name and path.\"}");
            assertThat(client.send("GET /echo HTTP/1.1\r\n" + HOST + "\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void theFaceSeesHostPathQueryHeadersAndBody() throws Exception {
        BlockingQueue<HttpRequest> seen = new LinkedBlockingQueue<>();
        try (RunningHttp server = new RunningHttp(new Face("echo", request -> {
                    seen.add(request);
                    return echo(request);
                }));
                RawHttp client = server.connect()) {
            client.send("PUT /echo/a%20b?x=1 HTTP/1.1\r\nHost: Hub1.Example:8443\r\nX-A: 1\r\nx-a: 2\r\n"
                            + "Content-Length: 4\r\n\r\nbody")
                    .read();
            HttpRequest request = seen.take();
            assertThat(request.method()).isEqualTo("PUT");
            assertThat(request.host()).isEqualTo("hub1.example");
            assertThat(request.path()).isEqualTo(List.of("echo", "a b"));
            assertThat(request.query()).isEqualTo(Map.of("x", "1"));
            assertThat(request.header("X-a")).contains("1, 2");
            assertThat(request.spelling("x-a")).isEqualTo("X-A");
            assertThat(request.spelling("x-b")).isEqualTo("x-b");
            assertThat(request.body()).asString(StandardCharsets.UTF_8).isEqualTo("body");
            assertThat(request.connection().listener()).isEqualTo("https");
        }
    }

    @Test
    void anAbsoluteTargetWinsOverTheHostField() throws Exception {
        try (RunningHttp server = echoing();
                RawHttp client = server.connect()) {
            assertThat(client.send("GET https://other.example/echo HTTP/1.1\r\n" + HOST + "\r\n")
                            .read()
                            .body())
                    .startsWith("GET other.example/echo");
        }
    }

    @Test
    void aChunkedBodyIsPutTogether() throws Exception {
        try (RunningHttp server = echoing();
                RawHttp client = server.connect()) {
            client.send("POST /echo HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n");
            for (char c : "6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n".toCharArray()) {
                client.send(String.valueOf(c));
            }
            assertThat(client.read().body()).endsWith("|hello world");
            assertThat(client.send("GET /echo HTTP/1.1\r\n" + HOST + "\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredOneByOneInOrder() throws Exception {
        CountDownLatch secondSeen = new CountDownLatch(1);
        try (RunningHttp server = new RunningHttp(new Face("echo", request -> {
                    if (request.path().getLast().equals("2")) {
                        secondSeen.countDown();
                    } else if (request.path().getLast().equals("1")) {
                        // Time enough for the second one to overtake, if it could.
                        assertThat(awaits(secondSeen, 300)).isFalse();
                    }
                    return echo(request);
                }));
                RawHttp client = server.connect()) {
            StringBuilder all = new StringBuilder();
            for (int i = 1; i <= 200; i++) {
                all.append("POST /echo/" + i + " HTTP/1.1\r\n" + HOST + "Content-Length: 1\r\n\r\nx");
            }
            client.send(all.toString());
            for (int i = 1; i <= 200; i++) {
                assertThat(client.read().body()).isEqualTo("POST hub1.example/echo/" + i + "|{}|x");
            }
        }
    }

    private static boolean awaits(CountDownLatch latch, long millis) {
        try {
            return latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aHeadIsAskedAsAGetAndGetsNoBody() throws Exception {
        try (RunningHttp server = echoing();
                RawHttp client = server.connect()) {
            RawHttp.Response head =
                    client.send("HEAD /echo HTTP/1.1\r\n" + HOST + "\r\n").readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Length")).isEqualTo("" + "GET hub1.example/echo|{}|".length());
            assertThat(client.send("GET /echo HTTP/1.1\r\n" + HOST + "\r\n")
                            .read()
                            .body())
                    .isEqualTo("GET hub1.example/echo|{}|");
        }
    }

    @Test
    void optionsOfTheWholeServerNamesMethods() throws Exception {
        try (RunningHttp server = echoing();
                RawHttp client = server.connect()) {
            RawHttp.Response options =
                    client.send("OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n").read();
            assertThat(options.status()).isEqualTo(204);
            assertThat(options.header("Allow")).contains("GET").contains("PUT");
            assertThat(options.headers()).doesNotContainKey("content-length");
        }
    }

    @Test
    void aClientThatAsksForItIsClosedBehindTheAnswer() throws Exception {
        try (RunningHttp server = echoing();
                RawHttp client = server.connect()) {
            RawHttp.Response last = client.send("GET /echo HTTP/1.1\r\n" + HOST
                            + "Connection: foo, Close\r\n\r\nGET /echo HTTP/1.1\r\n" + HOST + "\r\n")
                    .read();
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.header("Connection")).isEqualTo("close");
            assertThat(client.isClosedNow()).isTrue();
        }
    }

    @Test
    void aClientThatWaitsIsAskedForItsBody() throws Exception {
        try (RunningHttp server = echoing();
                RawHttp client = server.connect()) {
            client.send("PUT /echo HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(100);
            assertThat(client.send("ab").read().body()).endsWith("|ab");
        }
    }

    @Test
    void aBodyThatWouldBeRefusedIsNotAskedFor() throws Exception {
        try (RunningHttp server = echoing();
                RawHttp client = server.connect()) {
            client.send("PUT /echo HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(413);
        }
    }

    @Test
    void whatAFaceThrowsStaysInTheLog() throws Exception {
        try (RunningHttp server = new RunningHttp(new Face("echo", _ -> {
                    throw new IllegalStateException("secret of the house");
                }));
                RawHttp client = server.connect()) {
            RawHttp.Response failed =
                    client.send("GET /echo HTTP/1.1\r\n" + HOST + "\r\n").read();
            assertThat(failed.status()).isEqualTo(500);
            assertThat(failed.body())
                    .doesNotContain("secret")
                    .containsPattern("under the id [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
            assertThat(client.send("GET /echo HTTP/1.1\r\n" + HOST + "\r\n")
                            .read()
                            .status())
                    .isEqualTo(500);
        }
    }

    @Test
    void anErrorOfAFaceIsAnsweredToo() throws Exception {
        try (RunningHttp server = new RunningHttp(new Face("echo", _ -> {
                    throw new StackOverflowError();
                }));
                RawHttp client = server.connect()) {
            assertThat(client.send("GET /echo HTTP/1.1\r\n" + HOST + "\r\n")
                            .read()
                            .status())
                    .isEqualTo(500);
        }
    }

    @Test
    void anAnswerThatComesAfterTheServerStoppedIsDropped() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        try (RunningHttp server = new RunningHttp(new Face("echo", request -> {
                    asked.countDown();
                    awaited(stopped);
                    return echo(request);
                }));
                RawHttp client = server.connect()) {
            client.send("GET /echo HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(awaited(asked)).isTrue();

            server.stopLoops();
            stopped.countDown();
            server.awaitFaces();

            assertThat(server.broken()).isEmpty();
        }
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void aFaceCanNotBreakTheResponseApart() throws Exception {
        List<HttpResponse> bad = List.of(
                HttpResponse.empty(200).with("X", "a\r\nSet-Cookie: b"),
                HttpResponse.empty(200).with("X", "a\nb"),
                HttpResponse.empty(200).with("X", "\u00e4"),
                HttpResponse.empty(200).with("X: y\r\nZ", "a"),
                HttpResponse.empty(200).with("", "a"),
                HttpResponse.empty(200).with("Content-Length", "5"),
                HttpResponse.empty(200).with("transfer-encoding", "chunked"),
                HttpResponse.empty(100),
                HttpResponse.empty(999),
                new HttpResponse(204, Map.of(), new byte[1]));
        try (RunningHttp server = new RunningHttp(new Face(
                        "echo",
                        request -> bad.get(Integer.parseInt(request.path().getLast()))));
                RawHttp client = server.connect()) {
            for (int i = 0; i < bad.size(); i++) {
                RawHttp.Response response = client.send("GET /echo/" + i + " HTTP/1.1\r\n" + HOST + "\r\n")
                        .read();
                assertThat(response.status()).as("answer %d", i).isEqualTo(500);
                assertThat(response.headers()).doesNotContainKeys("x", "z", "set-cookie");
            }
        }
    }

    @Test
    void theDefaultsAnswerALargeBody() throws Exception {
        byte[] body = new byte[Limits.defaults().http().bodyMaxBytes()];
        java.util.Arrays.fill(body, (byte) 'x');
        try (RunningHttp server = new RunningHttp(new Face(
                        "echo", request -> HttpResponse.json(200, "" + request.body().length)));
                RawHttp client = server.connect()) {
            client.send("PUT /echo HTTP/1.1\r\n" + HOST + "Content-Length: " + body.length + "\r\n\r\n")
                    .send(body);
            assertThat(client.read().body()).isEqualTo("" + body.length);
        }
    }
}
