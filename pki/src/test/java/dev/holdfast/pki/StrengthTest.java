package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
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
    void an_exponent_with_which_everything_is_signed_or_nothing_can_be_is_refused() throws GeneralSecurityException {
        assertThat(Strength.weakness(rsa(2048, BigInteger.valueOf(3)), MAX_BITS))
                .isNull();
        assertThat(Strength.weakness(rsa(2048, BigInteger.valueOf(65538)), MAX_BITS))
                .contains("exponent 65538");
        assertThat(Strength.weakness(withExponent(BigInteger.ONE), MAX_BITS)).contains("exponent 1");
        assertThat(Strength.weakness(withExponent(BigInteger.valueOf(-3)), MAX_BITS))
                .contains("exponent -3");
    }

    /** One that the runtime itself does not make. */
    private static RSAPublicKey withExponent(BigInteger exponent) {
        return new RSAPublicKey() {
            private static final long serialVersionUID = 1;

            @Override
            public BigInteger getPublicExponent() {
                return exponent;
            }

            @Override
            public BigInteger getModulus() {
                return BigInteger.ONE.shiftLeft(2047).setBit(0);
            }

            @Override
            public String getAlgorithm() {
                return "RSA";
            }

            @Override
            public String getFormat() {
                return "none";
            }

            @Override
            public byte[] getEncoded() {
                return new byte[0];
            }
        };
    }

    @Test
    void a_check_with_a_slow_key_costs_more() throws GeneralSecurityException {
        assertThat(Strength.cost(rsa(4096, BigInteger.valueOf(65537)))).isEqualTo(1);
        assertThat(Strength.cost(rsa(8192, BigInteger.valueOf(65537)))).isEqualTo(4);
        assertThat(Strength.cost(KeyKind.EC_P256.generate().getPublic())).isEqualTo(1);
        assertThat(Strength.cost(KeyKind.EC_P384.generate().getPublic())).isEqualTo(4);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(521);
        assertThat(Strength.cost(generator.generateKeyPair().getPublic())).isEqualTo(16);
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
