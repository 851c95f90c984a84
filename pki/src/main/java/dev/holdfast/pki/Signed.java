package dev.holdfast.pki;

import dev.holdfast.pki.Der.Malformed;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PSSParameterSpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form that revocation lists and OCSP answers share (RFC 5280 4.1.1): content, algorithm, signature.
 *
 * @param content with its tag and length, as it was signed
 * @param algorithm with its tag and length
 * @param identifier of the algorithm
 * @param parameters of it; null when it has none
 */
record Signed(byte[] content, byte[] algorithm, String identifier, byte @Nullable [] parameters, byte[] signature) {
    private static final String PSS = "1.2.840.113549.1.1.10";
    private static final Map<String, String> NAMES = Map.of(
            "1.2.840.113549.1.1.11",
            "SHA256withRSA",
            "1.2.840.113549.1.1.12",
            "SHA384withRSA",
            "1.2.840.113549.1.1.13",
            "SHA512withRSA",
            "1.2.840.10045.4.3.2",
            "SHA256withECDSA",
            "1.2.840.10045.4.3.3",
            "SHA384withECDSA",
            "1.2.840.10045.4.3.4",
            "SHA512withECDSA",
            "1.3.101.112",
            "Ed25519",
            "1.3.101.113",
            "Ed448",
            PSS,
            "RSASSA-PSS");

    /** What has a signature still in use in the field, for a sentence. */
    private static final Map<String, String> OLD_NAMES = Map.of(
            "1.2.840.113549.1.1.4", "MD5withRSA",
            "1.2.840.113549.1.1.5", "SHA1withRSA",
            "1.2.840.10045.4.1", "SHA1withECDSA");

    /** Reads the three elements; what follows them is the caller's. */
    static Signed read(Der in) throws Malformed {
        byte[] content = in.whole();
        byte[] algorithm = in.whole();
        Der parts = Der.of(algorithm).enter(Der.SEQUENCE);
        String identifier = DerValues.objectIdentifier(parts);
        byte[] parameters = parts.hasMore() ? parts.whole() : null;
        parts.finish();
        return new Signed(content, algorithm, identifier, parameters, DerValues.bits(in));
    }

    /** What is wrong with the kind of signature, for a sentence "it has …"; null when nothing is. */
    @Nullable
    String weakness() {
        boolean good = NAMES.containsKey(identifier) && (!identifier.equals(PSS) || Strength.hasGoodDigest(parameters));
        return good ? null : "a signature of the type " + OLD_NAMES.getOrDefault(identifier, identifier);
    }

    /** Whether this key made the signature. One that {@link #weakness} minds counts as made by nobody. */
    boolean isBy(PublicKey key) {
        String name = NAMES.get(identifier);
        if (name == null || weakness() != null) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance(name);
            if (identifier.equals(PSS)) {
                AlgorithmParameters given = AlgorithmParameters.getInstance(name);
                given.init(parameters);
                verifier.setParameter(given.getParameterSpec(PSSParameterSpec.class));
            }
            verifier.initVerify(key);
            verifier.update(content);
            return verifier.verify(signature);
        } catch (GeneralSecurityException | IOException | ProviderException e) {
            return false;
        }
    }
}
