package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
    @ParameterizedTest
    @CsvSource({"15,false", "16,true", "32,true", "64,true", "65,false", "0,false"})
    void aKeyHas16To64Bytes(int bytes, boolean isKey) {
        String text = Base64.getEncoder().encodeToString(new byte[bytes]);
        assertThat(SymmetricKey.parse(text).isPresent()).isEqualTo(isKey);
    }

    @ParameterizedTest
    @ValueSource(strings = {"not base64 at all !!", "AAAAAAAAAAAAAAAAAAAAAA==\n", "____________________________"})
    void aKeyIsBase64(String text) {
        assertThat(SymmetricKey.parse(text)).isEmpty();
    }

    @Test
    void aKeyIsNeverPrinted() {
        assertThat(SasTokenTest.KEY.toString()).isEqualTo("SymmetricKey[hidden]");
        assertThat(new SymmetricKeys(SasTokenTest.KEY, SasTokenTest.KEY).toString())
                .doesNotContain(SasTokenTest.KEY.base64());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0123456789abcdef0123456789ABCDEF01234567",
                "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:AB:CD:EF:01:23:45:67",
                "01 23 45 67 89 ab cd ef 01 23 45 67 89 AB CD EF 01 23 45 67"
            })
    void aThumbprintIsReadInEverySpelling(String text) {
        assertThat(Thumbprint.parse(text)).contains(new Thumbprint("0123456789ABCDEF0123456789ABCDEF01234567"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0123",
                "0123456789abcdef0123456789abcdef0123456g",
                "0123456789abcdef0123456789abcdef012345678"
            })
    void otherTextsAreNoThumbprint(String text) {
        assertThat(Thumbprint.parse(text)).isEmpty();
        assertThat(Thumbprint.parse("a".repeat(64))).isPresent();
        assertThat(Thumbprint.parse("a".repeat(200))).isEmpty();
    }
}
