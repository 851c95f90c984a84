package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ReceivedTest {
    @Test
    void what_is_left_of_the_warm_up_does_not_count_as_delivered_in_time() {
        Deliveries deliveries = new Deliveries(7, 1);
        Received received = new Received(deliveries, new Brake(deliveries, 0), false);
        long now = System.nanoTime();
        long start = now - TimeUnit.SECONDS.toNanos(1);
        received.measure(new Window(start, start, now + TimeUnit.HOURS.toNanos(1)));

        received.message(0, 0, start - 1);
        received.message(0, 1, start);
        received.message(0, 1, start);

        assertThat(received.inWindow()).isEqualTo(2);
        assertThat(received.sentInWindow()).isEqualTo(1);
    }
}
