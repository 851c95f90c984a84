package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
    @Test
    void work_that_fails_is_tried_again() throws Exception {
        CountDownLatch tries = new CountDownLatch(3);
        try (Schedule schedule = new Schedule()) {
            schedule.every(Duration.ofMillis(1), "failing on purpose", () -> {
                tries.countDown();
                throw new IOException("no");
            });
            assertThat(tries.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }
}
