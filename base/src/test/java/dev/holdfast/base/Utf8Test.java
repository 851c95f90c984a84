package dev.holdfast.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class Utf8Test {
    @Test
    void theLengthIsThatOfTheBytes() {
        for (String text : List.of("", "a", "é", "€", "😀", "a😀€é", "\uD83D", "\uDE00\uD83D", "a\uD83D€")) {
            assertThat(Utf8.length(text)).as(text).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        }
    }

    @Test
    void aTextWithHalfASurrogatePairIsNotWellFormed() {
        for (String text : List.of("\uD83D", "\uDE00", "a\uD83Db", "\uDE00\uD83D", "😀\uD83D")) {
            assertThat(Utf8.isWellFormed(text)).isFalse();
        }
        for (String text : List.of("", "a", "€", "😀", "a😀b")) {
            assertThat(Utf8.isWellFormed(text)).as(text).isTrue();
        }
    }
}
