package dev.holdfast.wire.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArrivingBodyTest {
    private static final Limits.Http LIMITS =
            new Limits.Http(200, 2000, 20, 100_000, 250_000, 150_000, 1000, Duration.ofSeconds(10));

    private final BodyBudget budget = new BodyBudget(LIMITS);

    private static RequestHead head(long bodyBytes) throws RequestRefused {
        return new RequestHead(
                "POST", "h", RequestTarget.parse("/"), false, Map.of(), Map.of(), bodyBytes, false, false);
    }

    private BodyBudget.Share share(String address) throws Exception {
        return budget.of(InetAddress.getByName(address));
    }

    @Test
    void time_that_is_left_is_the_idle_time_and_never_more_than_the_rate_allows() throws Exception {
        ArrivingBody body = new ArrivingBody(head(20_000), LIMITS, share("10.0.0.1"), 0);
        assertThat(body.left(0)).isEqualTo(Duration.ofSeconds(10));
        body.add(Unpooled.wrappedBuffer(new byte[3000]));
        // 10 s, and one more for every 1000 bytes.
        assertThat(body.left(Duration.ofSeconds(2).toNanos())).isEqualTo(Duration.ofSeconds(10));
        assertThat(body.left(Duration.ofSeconds(9).toNanos())).isEqualTo(Duration.ofSeconds(4));
        assertThat(body.left(Duration.ofSeconds(14).toNanos())).isEqualTo(Duration.ZERO);
        body.add(Unpooled.wrappedBuffer(new byte[17_000]));
        assertThat(body.left(Duration.ofSeconds(14).toNanos())).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void what_comes_in_any_pieces_is_what_was_sent() throws Exception {
        long seed = System.nanoTime();
        System.out.println("ArrivingBodyTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            byte[] sent = new byte[random.nextInt(random.nextBoolean() ? 40 : 60_000)];
            random.nextBytes(sent);
            boolean chunked = random.nextBoolean();
            ArrivingBody body = new ArrivingBody(
                    head(chunked ? RequestHead.UNKNOWN_LENGTH : sent.length), LIMITS, share("10.0.0.1"), 0);
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            for (int at = 0; at < sent.length; ) {
                int length = Math.min(sent.length - at, 1 + random.nextInt(20_000));
                body.add(Unpooled.wrappedBuffer(sent, at, length));
                whole.write(sent, at, length);
                at += length;
            }
            assertThat(body.whole()).as("round %d of seed %d", round, seed).isEqualTo(whole.toByteArray());
            body.release();
        }
        // Nothing was kept of all that.
        new ArrivingBody(head(100_000), LIMITS, share("10.0.0.1"), 0).release();
    }

    @Test
    void source_is_an_address_of_ipv4_and_a_network_of_ipv6() throws Exception {
        for (List<String> pair :
                List.of(List.of("10.0.0.1", "10.0.0.1"), List.of("2001:db8:0:1::1", "2001:db8:0:1:ffff::2"))) {
            BodyBudget.Share first = share(pair.getFirst());
            first.take(100_000);
            BodyBudget.Share same = share(pair.getLast());
            assertThatThrownBy(() -> same.take(100_000))
                    .isInstanceOfSatisfying(
                            RequestRefused.class,
                            refused -> assertThat(refused.fault()).isEqualTo(RequestFault.TOO_MANY_BODIES));
            first.giveBack(100_000);
        }
        share("10.0.0.1").take(100_000);
        share("10.0.0.2").take(100_000);
        BodyBudget.Share third = share("2001:db8:0:2::1");
        assertThatThrownBy(() -> third.take(100_000))
                .isInstanceOfSatisfying(
                        RequestRefused.class,
                        refused -> assertThat(refused.fault()).isEqualTo(RequestFault.OVERLOADED));
    }
}
