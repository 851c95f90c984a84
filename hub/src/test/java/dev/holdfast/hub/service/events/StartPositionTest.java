package dev.holdfast.hub.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StartPositionTest {
    @Test
    void reads_every_form_that_clients_send() {
        Map<String, StartPosition> forms = new LinkedHashMap<>();
        forms.put("amqp.annotation.x-opt-offset > '-1'", new StartPosition.Earliest());
        forms.put("amqp.annotation.x-opt-offset >= '-1'", new StartPosition.Earliest());
        forms.put("amqp.annotation.x-opt-offset > '@latest'", new StartPosition.Latest());
        forms.put("amqp.annotation.x-opt-offset > @latest", new StartPosition.Latest());
        forms.put("amqp.annotation.x-opt-offset > '12'", new StartPosition.Sequence(13));
        forms.put("amqp.annotation.x-opt-offset >= '12'", new StartPosition.Sequence(12));
        forms.put("amqp.annotation.x-opt-offset > 12", new StartPosition.Sequence(13));
        forms.put("amqp.annotation.x-opt-offset > \"12\"", new StartPosition.Sequence(13));
        forms.put("amqp.annotation.x-opt-sequence-number > '5'", new StartPosition.Sequence(6));
        forms.put("amqp.annotation.x-opt-sequence-number >= '5'", new StartPosition.Sequence(5));
        forms.put("amqp.annotation.x-opt-sequence-number > '-1'", new StartPosition.Earliest());
        forms.put("amqp.annotation.x-opt-sequence-number>0", new StartPosition.Sequence(1));
        forms.put("amqp.annotation.x-opt-enqueued-time > '1000'", new StartPosition.Time(Instant.ofEpochMilli(1001)));
        forms.put("amqp.annotation.x-opt-enqueued-time >= '1000'", new StartPosition.Time(Instant.ofEpochMilli(1000)));
        forms.put("amqp.annotation.x-opt-enqueuedtimeutc > 1000", new StartPosition.Time(Instant.ofEpochMilli(1001)));
        forms.forEach((filter, start) ->
                assertThat(StartPosition.parse(filter)).as(filter).contains(start));
        assertThat(StartPosition.parse(null)).contains(new StartPosition.Earliest());
    }

    @Test
    void refuses_everything_else() {
        for (Object filter : List.of(
                "",
                "amqp.annotation.x-opt-offset",
                "amqp.annotation.x-opt-offset > ",
                "amqp.annotation.x-opt-offset < '5'",
                "amqp.annotation.x-opt-offset = '5'",
                "amqp.annotation.x-opt-offset > '5",
                "amqp.annotation.x-opt-offset > ''",
                "amqp.annotation.x-opt-offset > '-2'",
                "amqp.annotation.x-opt-offset > '1.5'",
                "amqp.annotation.x-opt-offset > '99999999999999999999'",
                "amqp.annotation.x-opt-offset > '١'",
                "amqp.annotation.x-opt-offset > '1' OR 1=1",
                "amqp.annotation.x-opt-enqueued-time > 'yesterday'",
                "amqp.annotation.x-opt-partition-key > '1'",
                "x-opt-offset > '1'",
                "a".repeat(300),
                5L)) {
            assertThat(StartPosition.parse(filter)).as(String.valueOf(filter)).isEmpty();
        }
    }

    @Test
    void far_times_and_numbers_are_not_too_far() {
        assertThat(StartPosition.parse("amqp.annotation.x-opt-enqueued-time > '999999999999999999'"))
                .isPresent();
        assertThat(StartPosition.parse("amqp.annotation.x-opt-offset > '999999999999999999'"))
                .contains(new StartPosition.Sequence(1_000_000_000_000_000_000L));
    }

    @Test
    void random_filters_are_read_or_refused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String good = "amqp.annotation.x-opt-enqueued-time >= '1000'";
        for (int round = 0; round < 30_000; round++) {
            StringBuilder filter = new StringBuilder(good);
            for (int i = 0; i < 1 + random.nextInt(5); i++) {
                int at = random.nextInt(filter.length());
                switch (random.nextInt(3)) {
                    case 0 -> filter.setCharAt(at, (char) random.nextInt(0x250));
                    case 1 -> filter.insert(at, "'<>=\" 0-@".charAt(random.nextInt(9)));
                    default -> filter.deleteCharAt(at);
                }
            }
            try {
                StartPosition.parse(filter.toString());
            } catch (RuntimeException escaped) {
                throw new AssertionError("seed " + seed + " round " + round + ": " + filter, escaped);
            }
        }
    }
}
