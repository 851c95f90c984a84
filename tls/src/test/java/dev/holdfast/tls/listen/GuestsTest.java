package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Source;
import dev.holdfast.tls.listen.Guests.Answer;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is let in, who is told about, and what is remembered of whom. */
class GuestsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static Source of(String address) {
        return Source.of(InetAddress.ofLiteral(address));
    }

    private static Guests guests(int openMax, int perAddressMax, int toldMax) {
        return new Guests(new Limits.Sockets(openMax, perAddressMax, toldMax, MINUTE));
    }

    @Test
    void a_source_has_its_share_and_others_have_theirs() {
        Guests guests = guests(100, 2, 10);
        assertThat(guests.enter(of("192.0.2.1"), 0)).isEqualTo(Answer.WELCOME);
        assertThat(guests.enter(of("192.0.2.1"), 0)).isEqualTo(Answer.WELCOME);
        assertThat(guests.enter(of("192.0.2.1"), 0)).isEqualTo(Answer.OVER_SHARE);
        assertThat(guests.enter(of("192.0.2.2"), 0)).isEqualTo(Answer.WELCOME);

        guests.leave(of("192.0.2.1"));
        assertThat(guests.enter(of("192.0.2.1"), 0)).isEqualTo(Answer.WELCOME);
        assertThat(guests.open()).isEqualTo(3);
    }

    @Test
    void loopback_counts_too() {
        Guests guests = guests(100, 1, 10);
        guests.enter(of("127.0.0.1"), 0);
        assertThat(guests.enter(of("127.0.0.1"), 0)).isEqualTo(Answer.OVER_SHARE);
    }

    @Test
    void addresses_of_one_network_of_ipv6_are_one_source_and_neighbouring_networks_are_not() {
        assertThat(of("2001:db8:0:1::1")).isEqualTo(of("2001:db8:0:1:ffff:ffff:ffff:ffff"));
        assertThat(of("2001:db8:0:1::1")).isNotEqualTo(of("2001:db8:0:2::1"));
        assertThat(of("::1")).isNotEqualTo(of("0.0.0.0"));
        assertThat(of("::ffff:192.0.2.1")).as("the same host by way of IPv6").isEqualTo(of("192.0.2.1"));
    }

    @Test
    void a_source_over_its_share_is_told_once_in_its_time() {
        Guests guests = guests(100, 1, 10);
        Source loud = of("192.0.2.1");
        guests.enter(loud, 0);
        assertThat(guests.enter(loud, 0)).isEqualTo(Answer.OVER_SHARE);
        assertThat(guests.enter(loud, MINUTE.toNanos() - 1)).isEqualTo(Answer.STILL_OVER_SHARE);
        assertThat(guests.enter(loud, MINUTE.toNanos())).isEqualTo(Answer.OVER_SHARE);
        assertThat(guests.enter(loud, MINUTE.toNanos() + 1)).isEqualTo(Answer.STILL_OVER_SHARE);
    }

    @Test
    void to_leave_and_come_back_is_no_way_to_be_told_again() {
        Guests guests = guests(100, 1, 10);
        Source loud = of("192.0.2.1");
        for (int i = 0; i < 100; i++) {
            assertThat(guests.enter(loud, i)).isEqualTo(Answer.WELCOME);
            assertThat(guests.enter(loud, i)).isEqualTo(i == 0 ? Answer.OVER_SHARE : Answer.STILL_OVER_SHARE);
            guests.leave(loud);
        }
    }

    @Test
    void only_the_last_ones_told_are_remembered() {
        Guests guests = guests(1000, 1, 10);
        for (int i = 0; i <= 10; i++) {
            guests.enter(of("192.0.2." + i), 0);
            assertThat(guests.enter(of("192.0.2." + i), 0)).isEqualTo(Answer.OVER_SHARE);
        }
        assertThat(guests.enter(of("192.0.2.10"), 1)).isEqualTo(Answer.STILL_OVER_SHARE);
        assertThat(guests.enter(of("192.0.2.0"), 1)).as("forgotten").isEqualTo(Answer.OVER_SHARE);
    }

    @Test
    void a_source_is_forgotten_with_its_last_socket() {
        Guests guests = guests(10, 2, 10);
        for (int i = 0; i < 100_000; i++) {
            Source source = new Source(true, i);
            assertThat(guests.enter(source, 0)).isEqualTo(Answer.WELCOME);
            guests.leave(source);
        }
        assertThat(guests.sources()).isZero();
        assertThat(guests.open()).isZero();
    }

    @Test
    void a_full_house_is_told_once_until_a_tenth_is_free() {
        Guests guests = guests(20, 20, 10);
        for (int i = 0; i < 20; i++) {
            assertThat(guests.enter(new Source(false, i), 0)).isEqualTo(Answer.WELCOME);
        }
        Source late = new Source(false, 99);
        assertThat(guests.enter(late, 0)).isEqualTo(Answer.FULL);
        assertThat(guests.enter(late, 0)).isEqualTo(Answer.STILL_FULL);
        guests.leave(new Source(false, 0));
        assertThat(guests.enter(late, 0)).isEqualTo(Answer.WELCOME);
        assertThat(guests.enter(new Source(false, 98), 0)).isEqualTo(Answer.STILL_FULL);
        for (int i = 1; i <= 3; i++) {
            guests.leave(new Source(false, i));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(guests.enter(late, 0)).isEqualTo(Answer.WELCOME);
        }
        assertThat(guests.enter(late, 0)).isEqualTo(Answer.FULL);
    }

    @Test
    void nothing_is_lost_between_threads() throws Exception {
        Guests guests = guests(50, 10, 10);
        int threads = 8;
        long seed = System.nanoTime();
        CountDownLatch begin = new CountDownLatch(1);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int t = 0; t < threads; t++) {
                Random random = new Random(seed + t);
                pool.execute(() -> {
                    try {
                        begin.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    for (int i = 0; i < 20_000; i++) {
                        Source source = new Source(false, random.nextInt(6));
                        if (guests.enter(source, i) == Answer.WELCOME) {
                            guests.leave(source);
                        }
                    }
                });
            }
            begin.countDown();
            pool.shutdown();
            assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(guests.open()).as("seed %d", seed).isZero();
        assertThat(guests.sources()).isZero();
    }
}
