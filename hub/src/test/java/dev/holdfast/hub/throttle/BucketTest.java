package dev.holdfast.hub.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BucketTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    /** Anything: what {@link System#nanoTime} begins with means nothing, and it may run over. */
    private static final long BEGIN = Long.MAX_VALUE - 3 * SECOND;

    private static Rate rate(String text) {
        return Rate.parse(text).orElseThrow();
    }

    @Test
    void a_burst_passes_at_once_and_the_rest_at_the_rate() {
        Bucket bucket = new Bucket(rate("2/second:3"), BEGIN);
        for (int i = 0; i < 3; i++) {
            assertThat(bucket.take(1, BEGIN, 0)).isZero();
        }
        assertThat(bucket.take(1, BEGIN, 0)).isEqualTo(SECOND / 2);
        assertThat(bucket.take(1, BEGIN + SECOND / 2 - 1, 0)).isEqualTo(1);
        assertThat(bucket.take(1, BEGIN + SECOND / 2, 0)).isZero();
        assertThat(bucket.take(1, BEGIN + SECOND / 2, 0)).isEqualTo(SECOND / 2);
    }

    @Test
    void what_is_refused_takes_nothing() {
        Bucket bucket = new Bucket(rate("1/minute"), BEGIN);
        assertThat(bucket.take(1, BEGIN, 0)).isZero();
        for (int i = 0; i < 1000; i++) {
            assertThat(bucket.take(1, BEGIN, 0)).isEqualTo(60 * SECOND);
        }
        assertThat(bucket.take(1, BEGIN + 60 * SECOND, 0)).isZero();
    }

    @Test
    void silence_saves_up_no_more_than_the_burst() {
        Bucket bucket = new Bucket(rate("100/second:5"), BEGIN);
        long later = BEGIN + 3600 * SECOND;
        for (int i = 0; i < 5; i++) {
            assertThat(bucket.take(1, later, 0)).isZero();
        }
        assertThat(bucket.take(1, later, 0)).isPositive();
    }

    @Test
    void what_is_larger_than_the_burst_passes_a_full_bucket_and_is_paid_off() {
        Bucket bucket = new Bucket(rate("10/second:5"), BEGIN);
        assertThat(bucket.take(100, BEGIN, 0)).isZero();
        assertThat(bucket.take(1, BEGIN, 0)).isEqualTo(9_600_000_000L);
        assertThat(bucket.take(100, BEGIN + 9 * SECOND, 0)).isPositive();
        assertThat(bucket.take(100, BEGIN + 10 * SECOND, 0)).isZero();
    }

    @Test
    void who_waits_has_a_place_and_the_next_one_a_later_place() {
        Bucket bucket = new Bucket(rate("1/second"), BEGIN);
        assertThat(bucket.take(1, BEGIN, 2 * SECOND)).isZero();
        assertThat(bucket.take(1, BEGIN, 2 * SECOND)).isEqualTo(SECOND);
        assertThat(bucket.take(1, BEGIN, 2 * SECOND)).isEqualTo(2 * SECOND);
        assertThat(bucket.take(1, BEGIN, 2 * SECOND))
                .as("too long, so nothing is taken")
                .isEqualTo(3 * SECOND);
        assertThat(bucket.take(1, BEGIN, 2 * SECOND)).isEqualTo(3 * SECOND);
    }

    /** Whatever comes when: over any time no more passes than the burst and the rate allow, and as much as that if enough comes. */
    @Test
    void never_more_than_the_rate_and_the_burst_and_never_much_less() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Rate rate = new Rate(
                    1 + random.nextInt(5000),
                    random.nextBoolean() ? Rate.Unit.SECOND : Rate.Unit.MINUTE,
                    1 + random.nextInt(50));
            double perNano = (double) rate.count() / rate.unit().nanos();
            Bucket bucket = new Bucket(rate, BEGIN);
            long now = BEGIN;
            long passed = 0;
            for (int i = 0; i < 2000; i++) {
                now += (long) (random.nextDouble() * 2 / perNano / 2);
                passed += bucket.take(1, now, 0) == 0 ? 1 : 0;
                double most = rate.burst() + (now - BEGIN) * perNano;
                assertThat((double) passed).as("seed %d", seed).isLessThanOrEqualTo(most + 1e-3 * passed + 1);
            }
            double most = Math.min(2000, rate.burst() + (now - BEGIN) * perNano);
            assertThat((double) passed).as("seed %d", seed).isGreaterThan(most * 0.7 - 1);
        }
    }
}
