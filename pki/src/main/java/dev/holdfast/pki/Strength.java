package dev.holdfast.pki;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PSSParameterSpec;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which keys and signatures still prove something, and cost a bounded time to check. Everything else is refused by name. */
final class Strength {
    private static final int RSA_MIN_BITS = 2048;
    /** Larger public exponents make a check cost as much as a signature; 65537 has 17. */
    private static final int RSA_EXPONENT_MAX_BITS = 64;

    private static final int EC_MIN_BITS = 256;
    private static final Set<String> SIGNATURES = Set.of(
            "SHA256withRSA",
            "SHA384withRSA",
            "SHA512withRSA",
            "SHA256withECDSA",
            "SHA384withECDSA",
            "SHA512withECDSA",
            "Ed25519",
            "Ed448");
    private static final Set<String> PSS_DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");

    private Strength() {}

    /** What is wrong with a key, for a sentence "it has …"; null when nothing is. */
    static @Nullable String weakness(PublicKey key, int rsaMaxBits) {
        return switch (key) {
            case RSAPublicKey rsa -> weakness(rsa, rsaMaxBits);
            case ECPublicKey ec -> {
                int bits = ec.getParams().getCurve().getField().getFieldSize();
                yield bits < EC_MIN_BITS ? "an EC key of " + bits + " bits" : null;
            }
            case EdECPublicKey _ -> null;
            default -> "a key of the type " + key.getAlgorithm();
        };
    }

    private static @Nullable String weakness(RSAPublicKey key, int maxBits) {
        int bits = key.getModulus().bitLength();
        if (bits < RSA_MIN_BITS || bits > maxBits) {
            return "an RSA key of " + bits + " bits";
        }
        int exponent = key.getPublicExponent().bitLength();
        return exponent > RSA_EXPONENT_MAX_BITS ? "an RSA key with an exponent of " + exponent + " bits" : null;
    }

    /** What is wrong with the signature that a certificate bears; null when nothing is. */
    static @Nullable String weakness(X509Certificate certificate) {
        String name = certificate.getSigAlgName();
        boolean good = SIGNATURES.contains(name) || (name.equals("RSASSA-PSS") && hasGoodDigest(certificate));
        return good ? null : "a signature of the type " + name;
    }

    /** RSASSA-PSS says in parameters what it hashes with, and SHA-1 when it says nothing. */
    private static boolean hasGoodDigest(X509Certificate certificate) {
        byte[] encoded = certificate.getSigAlgParams();
        if (encoded == null) {
            return false;
        }
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(encoded);
            return PSS_DIGESTS.contains(
                    parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm());
        } catch (GeneralSecurityException | java.io.IOException e) {
            return false;
        }
    }
}
