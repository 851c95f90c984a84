package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LatencyHistogramTest {
    @Test
    void percentiles_are_those_of_the_sorted_durations_but_for_a_hundredth() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long[] durations = new long[10_000];
        LatencyHistogram histogram = new LatencyHistogram();
        for (int i = 0; i < durations.length; i++) {
            durations[i] = (long) Math.exp(random.nextDouble() * 24);
            histogram.record(durations[i]);
        }
        Arrays.sort(durations);
        for (double percent : new double[] {0.01, 1, 50, 90, 99, 99.9, 99.99, 100}) {
            long exact = durations[(int) Math.ceil(durations.length * percent / 100) - 1];
            assertThat(histogram.percentileNanos(percent))
                    .as("p%s with seed %d", percent, seed)
                    .isBetween(exact, exact + exact / 100);
        }
        assertThat(histogram.count()).isEqualTo(durations.length);
        assertThat(histogram.maxNanos()).isEqualTo(durations[durations.length - 1]);
    }

    @Test
    void small_durations_are_exact() {
        LatencyHistogram histogram = new LatencyHistogram();
        for (long nanos = 1; nanos <= 200; nanos++) {
            histogram.record(nanos);
        }
        assertThat(histogram.percentileNanos(50)).isEqualTo(100);
        assertThat(histogram.percentileNanos(99)).isEqualTo(198);
    }

    @Test
    void nothing_recorded_has_no_percentiles() {
        assertThat(new LatencyHistogram().percentileNanos(99)).isZero();
    }

    @Test
    void what_is_out_of_range_counts_at_its_end() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.record(-5);
        histogram.record(Long.MAX_VALUE);
        assertThat(histogram.percentileNanos(50)).isZero();
        assertThat(histogram.percentileNanos(100)).isEqualTo((1L << 42) - 1);
    }

    @Test
    void histograms_add_up() {
        LatencyHistogram one = new LatencyHistogram();
        LatencyHistogram two = new LatencyHistogram();
        one.record(10);
        two.record(30);
        two.record(20);
        one.add(two);
        assertThat(one.count()).isEqualTo(3);
        assertThat(one.percentileNanos(50)).isEqualTo(20);
        assertThat(one.maxNanos()).isEqualTo(30);
    }
}
