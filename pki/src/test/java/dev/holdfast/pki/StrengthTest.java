package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class StrengthTest {
    private static final int MAX_BITS = 8192;

    private static PublicKey rsa(int modulusBits, BigInteger exponent) throws GeneralSecurityException {
        BigInteger modulus = BigInteger.ONE.shiftLeft(modulusBits - 1).setBit(0);
        return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    }

    @ParameterizedTest
    @EnumSource(KeyKind.class)
    void the_keys_that_are_made_here_are_strong_enough(KeyKind kind) {
        assertThat(Strength.weakness(kind.generate().getPublic(), MAX_BITS)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"2047, false", "2048, true", "8192, true", "8193, false", "16384, false"})
    void rsa_has_a_length_that_proves_something_and_does_not_cost_too_much(int bits, boolean good)
            throws GeneralSecurityException {
        String weakness = Strength.weakness(rsa(bits, BigInteger.valueOf(65537)), MAX_BITS);
        assertThat(weakness).isEqualTo(good ? null : "an RSA key of " + bits + " bits");
    }

    @Test
    void an_exponent_that_makes_checking_slow_is_refused() throws GeneralSecurityException {
        assertThat(Strength.weakness(rsa(2048, BigInteger.ONE.shiftLeft(63).setBit(0)), MAX_BITS))
                .isNull();
        assertThat(Strength.weakness(rsa(2048, BigInteger.ONE.shiftLeft(2000).setBit(0)), MAX_BITS))
                .contains("exponent of 2001 bits");
    }

    @Test
    void other_kinds_of_keys_are_named() throws GeneralSecurityException {
        assertThat(Strength.weakness(
                        KeyPairGenerator.getInstance("DSA").generateKeyPair().getPublic(), MAX_BITS))
                .isEqualTo("a key of the type DSA");
        assertThat(Strength.weakness(
                        KeyPairGenerator.getInstance("Ed448").generateKeyPair().getPublic(), MAX_BITS))
                .isNull();
    }
}
