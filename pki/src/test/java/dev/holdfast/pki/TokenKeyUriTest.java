package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.pki.TokenKeyUri.BadUriException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenKeyUriTest {
    private static final int MAX = 512;

    @Test
    void token_and_object_are_read_in_any_order_and_decoded() throws Exception {
        assertThat(TokenKeyUri.parse("pkcs11:object=server;token=hub", MAX))
                .isEqualTo(new TokenKeyUri("hub", "server"));
        assertThat(TokenKeyUri.parse("pkcs11:token=My%20token%3B1;object=%e4%b8%ad;type=private", MAX))
                .isEqualTo(new TokenKeyUri("My token;1", "中"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pkcs12:token=a;object=b|does not begin",
                "pkcs11:|one is something else",
                "pkcs11:token=a|no object",
                "pkcs11:object=a|no token",
                "pkcs11:token=;object=b|no token",
                "pkcs11:token=a;object=b;|one is something else",
                "pkcs11:token=a;object=b;object=c|twice",
                "pkcs11:token=a;object=b;slot-id=1|one is something else",
                "pkcs11:token=a;object=b;type=cert|not 'private'",
                "pkcs11:token=a;object=b?pin-value=31337|pkcs11.pinFile",
                "pkcs11:token=a b;object=c|has to be written",
                "pkcs11:token=a%2;object=c|two hexadecimal",
                "pkcs11:token=a%zz;object=c|two hexadecimal",
                "pkcs11:token=a%ff;object=c|not UTF-8",
                "pkcs11:token=a%0a;object=c|control character",
            })
    void what_is_wrong_is_said_and_the_text_is_not(String text, String what) {
        assertThatThrownBy(() -> TokenKeyUri.parse(text, MAX))
                .isInstanceOf(BadUriException.class)
                .hasMessageContaining(what)
                .hasMessageNotContaining("31337");
    }

    @Test
    void a_long_text_is_refused_before_it_is_read() {
        assertThatThrownBy(() -> TokenKeyUri.parse("pkcs11:token=" + "a".repeat(MAX), MAX))
                .hasMessageContaining("more than 512");
    }

    @Test
    void what_is_written_reads_as_the_same_and_junk_is_refused_or_read() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            TokenKeyUri uri = new TokenKeyUri(text(random), text(random));
            assertThat(TokenKeyUri.parse(uri.toString(), 4096))
                    .as("seed %d", seed)
                    .isEqualTo(uri);
            StringBuilder junk = new StringBuilder("pkcs11:token=a;object=b");
            junk.setCharAt(random.nextInt(junk.length()), (char) random.nextInt(0x180));
            try {
                TokenKeyUri read = TokenKeyUri.parse(junk.toString(), MAX);
                assertThat(TokenKeyUri.parse(read.toString(), MAX))
                        .as("seed %d", seed)
                        .isEqualTo(read);
            } catch (BadUriException e) {
                assertThat(e).as("seed %d", seed).hasMessageNotContaining("null");
            }
        }
    }

    private static String text(Random random) {
        return random.ints(1 + random.nextInt(20), 0x20, 0x300)
                .filter(c -> !Character.isISOControl(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .append('x')
                .toString();
    }
}
