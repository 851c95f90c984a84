package dev.holdfast.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LiveTest {
    @Test
    void readers_see_the_newest_value_and_its_version() {
        Live<String> live = new Live<>("first");
        assertThat(live.versioned()).isEqualTo(new Live.Versioned<>("first", 1));

        live.update(text -> text + ", second");

        assertThat(live.get()).isEqualTo("first, second");
        assertThat(live.versioned().version()).isEqualTo(2);
    }

    @Test
    void no_update_is_lost_when_many_threads_change_it() {
        Live<Integer> live = new Live<>(0);

        IntStream.range(0, 10_000).parallel().forEach(i -> live.update(n -> n + 1));

        assertThat(live.versioned()).isEqualTo(new Live.Versioned<>(10_000, 10_001));
    }
}
