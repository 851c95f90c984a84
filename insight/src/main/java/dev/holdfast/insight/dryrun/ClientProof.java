package dev.holdfast.insight.dryrun;

import dev.holdfast.insight.fleet.ClientCertificate;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Of a client certificate what decides whether it can be used under a policy that says how clients may sign.
 *
 * @param keyType algorithm and size, as in {@link ClientCertificate}
 * @param signature of its issuer, as Java names it
 */
record ClientProof(String keyType, String signature) {
    static @Nullable ClientProof of(@Nullable ClientCertificate certificate) {
        return certificate == null ? null : new ClientProof(certificate.keyType(), certificate.signature());
    }

    /** What does not fit; empty when all does. */
    Optional<String> misfit(TlsVersion version, List<SignatureScheme> accepted) {
        // Before TLS 1.2 nothing is said of algorithms: they are fixed.
        if (accepted.isEmpty() || version.compareTo(TlsVersion.TLS_1_2) < 0) {
            return Optional.empty();
        }
        if (accepted.stream().noneMatch(scheme -> signsWith(scheme, version))) {
            return Optional.of("the key is " + keyType);
        }
        SignatureScheme issuers = issuersScheme();
        // In TLS 1.3 a certificate is kept back when the other side can't verify it (RFC 8446 4.4.2.3).
        return version == TlsVersion.TLS_1_3 && issuers != null && !accepted.contains(issuers)
                ? Optional.of("the signature of the issuer is " + signature)
                : Optional.empty();
    }

    private boolean signsWith(SignatureScheme scheme, TlsVersion version) {
        String name = scheme.toString();
        return switch (keyType.split(" ", 2)[0]) {
            case "RSA" -> name.startsWith("rsa_pss_rsae_") || (name.startsWith("rsa_pkcs1_") && isNot13(version));
            case "RSASSA-PSS" -> name.startsWith("rsa_pss_pss_");
            // Only from TLS 1.3 on a scheme names the curve, too.
            case "EC" -> name.startsWith("ecdsa_") && (isNot13(version) || name.contains("_" + curve() + "_"));
            case "EdDSA", "Ed25519", "Ed448" -> name.startsWith("ed");
            default -> true;
        };
    }

    private static boolean isNot13(TlsVersion version) {
        return version != TlsVersion.TLS_1_3;
    }

    private String curve() {
        return "secp" + keyType.substring("EC ".length()) + "r1";
    }

    /** Null where it can't be told. ECDSA of certificates is told by its hash, whatever the curve. */
    private @Nullable SignatureScheme issuersScheme() {
        return switch (signature.toUpperCase(Locale.ROOT)) {
            case "SHA1WITHRSA" -> SignatureScheme.RSA_PKCS1_SHA1;
            case "SHA256WITHRSA" -> SignatureScheme.RSA_PKCS1_SHA256;
            case "SHA384WITHRSA" -> SignatureScheme.RSA_PKCS1_SHA384;
            case "SHA512WITHRSA" -> SignatureScheme.RSA_PKCS1_SHA512;
            case "SHA1WITHECDSA" -> SignatureScheme.ECDSA_SHA1;
            case "SHA256WITHECDSA" -> SignatureScheme.ECDSA_SECP256R1_SHA256;
            case "SHA384WITHECDSA" -> SignatureScheme.ECDSA_SECP384R1_SHA384;
            case "SHA512WITHECDSA" -> SignatureScheme.ECDSA_SECP521R1_SHA512;
            default -> null;
        };
    }
}
