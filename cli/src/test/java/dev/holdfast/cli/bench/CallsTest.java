package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class CallsTest {
    private static CommandPlan plan(double rate, int callers) {
        return new CommandPlan(
                CommandKind.METHOD, 1, 1, callers, 0, rate, Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO, 1);
    }

    private static Calls run(double rate, int callers, Window window, Calls.Call call) throws InterruptedException {
        Calls calls = new Calls(plan(rate, callers), window, call);
        calls.start();
        calls.await(Duration.ofSeconds(20));
        return calls;
    }

    @Test
    void at_a_fixed_rate_calls_are_due_whatever_became_of_the_others() throws Exception {
        // All of it is in the past, as when the server stood still for so long.
        long begin = System.nanoTime() - TimeUnit.SECONDS.toNanos(5);
        List<Long> due = new CopyOnWriteArrayList<>();

        Calls calls = run(10, 3, new Window(begin, begin, begin + TimeUnit.SECONDS.toNanos(1)), (_, at) -> due.add(at));

        assertThat(due.stream().sorted().map(at -> at - begin))
                .containsExactly(
                        0L,
                        100_000_000L,
                        200_000_000L,
                        300_000_000L,
                        400_000_000L,
                        500_000_000L,
                        600_000_000L,
                        700_000_000L,
                        800_000_000L,
                        900_000_000L);
        // Answered too late to count as answered while measured.
        assertThat(calls.answered()).isZero();
    }

    @Test
    void latency_counts_from_when_a_call_was_due() throws Exception {
        long begin = System.nanoTime() - TimeUnit.SECONDS.toNanos(5);

        Calls calls = run(1, 1, new Window(begin, begin, begin + TimeUnit.SECONDS.toNanos(6)), (_, _) -> {});

        assertThat(calls.latency().maxNanos()).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void an_answer_that_comes_after_the_end_counts_with_all_its_time() throws Exception {
        long begin = System.nanoTime() - TimeUnit.SECONDS.toNanos(5);

        Calls calls = run(10, 2, new Window(begin, begin, begin + TimeUnit.SECONDS.toNanos(1)), (_, _) -> {});

        assertThat(calls.latency().count()).isEqualTo(10);
        assertThat(calls.latency().percentileNanos(1)).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(4));
        assertThat(calls.left()).isZero();
    }

    @Test
    void what_is_not_answered_in_the_end_is_given_up_and_counted() throws Exception {
        long begin = System.nanoTime() - TimeUnit.SECONDS.toNanos(5);
        CountDownLatch never = new CountDownLatch(1);
        Calls calls = new Calls(
                plan(10, 2), new Window(begin, begin, begin + TimeUnit.SECONDS.toNanos(1)), (_, _) -> never.await());

        calls.start();
        calls.await(Duration.ZERO);

        assertThat(calls.left()).isEqualTo(10);
    }

    @Test
    void calls_that_fail_are_counted_and_the_first_reason_is_kept() throws Exception {
        long begin = System.nanoTime() - TimeUnit.SECONDS.toNanos(5);

        Calls calls = run(10, 1, new Window(begin, begin, begin + TimeUnit.SECONDS.toNanos(1)), (number, _) -> {
            if (number % 2 == 1) {
                throw new IOException("number " + number);
            }
        });

        assertThat(calls.failed()).isEqualTo(5);
        assertThat(calls.failure()).hasMessage("number 1");
    }
}
