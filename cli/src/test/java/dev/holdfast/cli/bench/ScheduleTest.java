package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
    private static final long SECOND = 1_000_000_000L;
    private final Window window = new Window(5 * SECOND, 6 * SECOND, 8 * SECOND);

    @Test
    void at_a_fixed_rate_the_connections_take_turns_from_the_beginning_to_the_end() {
        List<Long> all = new ArrayList<>();
        for (int place = 0; place < 3; place++) {
            Schedule schedule = new Schedule.Open(window, 10, 3, place);
            for (long number = 0; !schedule.isOver(number, 0); number++) {
                all.add(schedule.due(number, 100 * SECOND));
            }
        }
        all.sort(null);
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            expected.add(5 * SECOND + i * SECOND / 10);
        }
        assertThat(all).isEqualTo(expected);
    }

    @Test
    void a_message_that_could_not_be_sent_in_time_keeps_the_time_at_which_it_was_due() {
        Schedule schedule = new Schedule.Open(window, 10, 1, 0);
        assertThat(schedule.due(1, 5 * SECOND)).isEqualTo(Schedule.NEVER);
        assertThat(schedule.due(1, 7 * SECOND)).isEqualTo(5 * SECOND + SECOND / 10);
    }

    @Test
    void without_a_rate_a_message_is_always_due_until_the_end() {
        Schedule schedule = new Schedule.Closed(window);
        assertThat(schedule.due(17, 7 * SECOND)).isEqualTo(7 * SECOND);
        assertThat(schedule.due(17, 8 * SECOND)).isEqualTo(Schedule.NEVER);
        assertThat(schedule.isOver(17, 8 * SECOND - 1)).isFalse();
        assertThat(schedule.isOver(17, 8 * SECOND)).isTrue();
    }
}
