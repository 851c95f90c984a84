package dev.holdfast.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PercentDecoderTest {
    @ParameterizedTest
    @CsvSource({"abc,abc", "a%2Fb,a/b", "a%2fb,a/b", "a+b,a+b", "%e2%82%ac,\u20ac", "%25%32%35,%25", "'',''"})
    void escapesAreDecodedOnce(String text, String decoded) {
        assertThat(PercentDecoder.decode(text)).contains(decoded);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"%", "%1", "a%", "%g0", "%0g", "% 1", "%+1", "%-1", "%ff", "%c3", "%c3%28", "%ed%a0%80", "%c0%80"
            })
    void brokenEscapesAreNotDecoded(String text) {
        assertThat(PercentDecoder.decode(text)).isEmpty();
    }

    @Test
    void whatIsEncodedComesBack() {
        long seed = System.nanoTime();
        System.out.println("PercentDecoderTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            String text = random.ints(random.nextInt(20), 0, 0x3000)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
            assertThat(PercentDecoder.decode(encoded))
                    .as("round %d of seed %d", round, seed)
                    .contains(text);
        }
    }
}
