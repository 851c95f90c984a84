package dev.holdfast.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HistogramTest {
    @Test
    void a_value_counts_for_the_first_bound_that_is_not_below_it() {
        Histogram histogram = new Histogram(10, 20);
        for (long value : new long[] {0, 10, 11, 20, 21, 1_000_000}) {
            histogram.observe(value);
        }
        Histogram.Snapshot seen = histogram.snapshot();
        assertThat(seen.counts()).isEqualTo(List.of(2L, 2L, 2L));
        assertThat(seen.count()).isEqualTo(6);
        assertThat(seen.sum()).isEqualTo(1_000_062);
    }

    @Test
    void bounds_that_do_not_rise_are_refused() {
        assertThatThrownBy(() -> new Histogram(1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void many_threads_lose_no_value() throws InterruptedException {
        Histogram histogram = Histogram.ofBatchSizes();
        List<Thread> threads = java.util.stream.IntStream.range(0, 4)
                .mapToObj(_ -> Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        histogram.observe(i % 5000);
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(histogram.snapshot().count()).isEqualTo(40_000);
    }
}
