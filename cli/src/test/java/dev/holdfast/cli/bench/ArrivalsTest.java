package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {
    private final long start = System.nanoTime() - TimeUnit.SECONDS.toNanos(10);
    private final Arrivals arrivals = new Arrivals(new Window(start, start, start + TimeUnit.HOURS.toNanos(1)));

    @Test
    void what_does_not_come_is_missing_and_what_was_refused_is_not() {
        arrivals.sent(1, start);
        arrivals.sent(2, start);
        arrivals.sent(3, start);
        arrivals.notSent(2);

        arrivals.came(3);

        assertThat(arrivals.missing()).isEqualTo(1);
        assertThat(arrivals.count()).isEqualTo(1);
    }

    @Test
    void what_comes_twice_or_was_never_sent_is_strange() {
        arrivals.sent(1, start);

        arrivals.came(1);
        arrivals.came(1);
        arrivals.came(-1);

        assertThat(arrivals.strange()).isEqualTo(2);
    }

    @Test
    void latencies_count_from_when_it_was_due_and_leave_the_warm_up_out() {
        arrivals.sent(1, start - 1);
        arrivals.sent(2, start);

        arrivals.came(1);
        arrivals.came(2);

        assertThat(arrivals.latency().count()).isEqualTo(1);
        assertThat(arrivals.latency().maxNanos()).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(10));
    }
}
