package dev.holdfast.pki;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.security.spec.PSSParameterSpec;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which keys and signatures still prove something, and cost a bounded time to check. Everything else is refused by name. */
final class Strength {
    private static final int RSA_MIN_BITS = 2048;
    private static final int RSA_USUAL_MAX_BITS = 4096;
    /** Larger public exponents make a check cost as much as a signature; 65537 has 17. */
    private static final int RSA_EXPONENT_MAX_BITS = 64;

    private static final BigInteger RSA_EXPONENT_MIN = BigInteger.valueOf(3);
    private static final int EC_MIN_BITS = 256;
    /** Those of FIPS 186, as the runtime knows them; it reads others, with which it can't check anything. */
    private static final Set<EllipticCurve> CURVES = Set.of(curve("secp256r1"), curve("secp384r1"), curve("secp521r1"));

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

    private static EllipticCurve curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class).getCurve();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime does not have the curve " + name, e);
        }
    }

    /** What is wrong with a key, for a sentence "it has …"; null when nothing is. */
    static @Nullable String weakness(PublicKey key, int rsaMaxBits) {
        return switch (key) {
            case RSAPublicKey rsa -> weakness(rsa, rsaMaxBits);
            case ECPublicKey ec -> weakness(ec);
            case EdECPublicKey _ -> null;
            default -> "a key of the type " + key.getAlgorithm();
        };
    }

    private static @Nullable String weakness(ECPublicKey key) {
        int bits = key.getParams().getCurve().getField().getFieldSize();
        if (bits < EC_MIN_BITS) {
            return "an EC key of " + bits + " bits";
        }
        if (!CURVES.contains(key.getParams().getCurve())) {
            return "an EC key of a curve that is not P-256, P-384 or P-521";
        }
        return isOnCurve(key) ? null : "an EC key that is no point of its curve";
    }

    /** The runtime reads any pair of numbers, and finds out when a signature is checked. */
    private static boolean isOnCurve(ECPublicKey key) {
        ECPoint point = key.getW();
        EllipticCurve curve = key.getParams().getCurve();
        if (point.equals(ECPoint.POINT_INFINITY) || !(curve.getField() instanceof ECFieldFp field)) {
            return false;
        }
        BigInteger p = field.getP();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        BigInteger right =
                x.pow(2).add(curve.getA()).multiply(x).add(curve.getB()).mod(p);
        return x.signum() >= 0
                && x.compareTo(p) < 0
                && y.signum() >= 0
                && y.compareTo(p) < 0
                && y.pow(2).mod(p).equals(right);
    }

    private static @Nullable String weakness(RSAPublicKey key, int maxBits) {
        // The encoding of a certificate has room for negative numbers.
        int bits = key.getModulus().signum() > 0 ? key.getModulus().bitLength() : 0;
        if (bits < RSA_MIN_BITS || bits > maxBits) {
            return "an RSA key of " + bits + " bits";
        }
        BigInteger exponent = key.getPublicExponent();
        if (exponent.bitLength() > RSA_EXPONENT_MAX_BITS) {
            return "an RSA key with an exponent of " + exponent.bitLength() + " bits";
        }
        // With 1 every signature is right, and with an even number there is no private key.
        if (exponent.compareTo(RSA_EXPONENT_MIN) < 0 || !exponent.testBit(0)) {
            return "an RSA key with the exponent " + exponent;
        }
        return key.getModulus().testBit(0) ? null : "an RSA key with an even modulus";
    }

    /**
     * What a signature check with a key takes, in units of one with P-256, for a key without a weakness. Measured with the Java
     * runtime alone, whose arithmetic on other curves is slow; with a provider in native code all are faster.
     */
    static int cost(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> rsa.getModulus().bitLength() > RSA_USUAL_MAX_BITS ? 4 : 1;
            case ECPublicKey ec -> {
                int bits = ec.getParams().getCurve().getField().getFieldSize();
                yield bits <= EC_MIN_BITS ? 1 : bits <= 384 ? 4 : 16;
            }
            default -> 4;
        };
    }

    /** What is wrong with the signature that a certificate bears; null when nothing is. */
    static @Nullable String weakness(X509Certificate certificate) {
        String name = certificate.getSigAlgName();
        boolean good = SIGNATURES.contains(name)
                || (name.equals("RSASSA-PSS") && hasGoodDigest(certificate.getSigAlgParams()));
        return good ? null : "a signature of the type " + name;
    }

    /** RSASSA-PSS says in parameters what it hashes with, and SHA-1 when it says nothing. */
    static boolean hasGoodDigest(byte @Nullable [] encoded) {
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
