package dev.holdfast.hub.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
    @ParameterizedTest
    @ValueSource(strings = {"off", "1/second", "100/minute", "100/minute:20", "10000000/second:9999999", "5/minute:6"})
    void is_read_as_it_is_written(String text) {
        assertThat(Rate.parse(text).orElseThrow()).hasToString(text);
    }

    @Test
    void without_a_burst_a_unit_of_time_may_pass_at_once() {
        assertThat(Rate.parse("7/minute")).contains(new Rate(7, Rate.Unit.MINUTE, 7));
        assertThat(Rate.parse("7/minute:7").orElseThrow()).hasToString("7/minute");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0/second",
                "-1/second",
                "1",
                "1/",
                "1/hour",
                "1/Second",
                "1/second:",
                "1/second:0",
                "1 /second",
                "01/second",
                "10000001/second",
                "1/second:10000001",
                "99999999999999999999/second",
                "1/second:1:1",
                "OFF",
                "1e3/second",
                "١/second"
            })
    void anything_else_is_none(String text) {
        assertThat(Rate.parse(text)).isEmpty();
    }

    @Test
    void no_text_breaks_the_reader() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String letters = "0123456789/:secondminute off";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(24);
            for (int at = 0; at < length; at++) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            Rate.parse(text.toString())
                    .ifPresent(rate -> assertThat(Rate.parse(rate.toString()))
                            .as("seed %d, text %s", seed, text)
                            .contains(rate));
        }
    }
}
