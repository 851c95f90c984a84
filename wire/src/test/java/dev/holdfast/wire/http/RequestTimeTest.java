package dev.holdfast.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The time that the defaults give a client for its first request, with the time in the test's hands. */
class RequestTimeTest {
    private static final String HEAD = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n";

    /** Lets everybody in and has nothing: what is tested comes between. */
    private record Welcoming() implements HttpFace {
        @Override
        public boolean claims(HttpRequest request) {
            return true;
        }

        @Override
        public @Nullable HttpResponse refusalOf(HttpRequest head) {
            return null;
        }

        @Override
        public HttpResponse answer(HttpRequest request) {
            return HttpResponse.empty(404);
        }
    }

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> refused = new ArrayList<>();

    RequestTimeTest() {
        channel.freezeTime();
        Limits limits = Limits.defaults();
        Connection connection = Connection.accept(
                channel, "https", new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), Instant.EPOCH);
        new HttpServer(
                        List.of(new Welcoming()),
                        limits.http(),
                        limits.arrival(),
                        Runnable::run,
                        InstantSource.fixed(Instant.EPOCH),
                        request -> {
                            refused.add(request.fault().reason());
                            return "report-1";
                        })
                .mount(connection);
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    private void pass(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
        channel.runPendingTasks();
    }

    /** Nothing until a moment before, then 408, and the end soon after. */
    private void assertTooSlowAfter(Duration time) {
        pass(time.minusMillis(1));
        assertThat(refused).isEmpty();
        assertThat(channel.isOpen()).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(refused).containsExactly("TooSlow");
        ByteBuf answer = channel.readOutbound();
        assertThat(answer.toString(StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 408 ");
        answer.release();
        pass(Duration.ofSeconds(2));
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void silence() {
        assertTooSlowAfter(Duration.ofSeconds(15));
    }

    @Test
    void headers_that_drip() {
        send("GET / HTTP/1.1\r\nX-Slow: ");
        for (int i = 0; i < 14; i++) {
            send("x");
            pass(Duration.ofSeconds(1));
        }
        assertTooSlowAfter(Duration.ofSeconds(1));
    }

    @Test
    void a_body_that_never_comes() {
        pass(Duration.ofSeconds(14));
        send(HEAD);
        assertTooSlowAfter(Duration.ofSeconds(15));
    }

    @Test
    void a_body_that_falls_silent() {
        send(HEAD);
        for (int i = 0; i < 3; i++) {
            pass(Duration.ofSeconds(14));
            send("x");
        }
        assertTooSlowAfter(Duration.ofSeconds(15));
    }

    @Test
    void a_body_that_drips_ends_in_a_minute() {
        send(HEAD);
        for (int i = 0; i < 59; i++) {
            pass(Duration.ofSeconds(1));
            send("x");
        }
        // What came bought it a little more.
        long bought = 59 * 1_000_000_000L / Limits.defaults().http().bodyMinBytesPerSecond();
        assertTooSlowAfter(Duration.ofSeconds(1).plusNanos(bought));
    }

    @Test
    void a_slow_body_that_comes_is_answered() {
        send(HEAD);
        for (int i = 0; i < 5; i++) {
            pass(Duration.ofSeconds(10));
            send("x".repeat(20));
        }
        assertThat(refused).isEmpty();
        ByteBuf answer = channel.readOutbound();
        assertThat(answer.toString(StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 404 ");
        answer.release();
    }
}
