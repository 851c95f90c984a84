package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SequenceKeyTest {
    @Test
    void keysAreInTheOrderOfTheirNumbersAndGiveThemBack() {
        List<Long> numbers = List.of(0L, 1L, 9L, 10L, 99L, 1_000_000_000_000L, Long.MAX_VALUE);

        List<String> keys = numbers.stream().map(SequenceKey::of).toList();

        assertThat(keys).isSorted();
        assertThat(keys.stream().map(SequenceKey::parse)).containsExactlyElementsOf(numbers);
        assertThat(Stream.of("dev1/", "dev/a/").map(owner -> SequenceKey.parse(owner + SequenceKey.of(7))))
                .containsOnly(7L);
    }
}
