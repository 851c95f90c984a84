package dev.holdfast.tls.policy;

import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import java.util.List;

/** The key of a server certificate, with the ways in which the engine signs with it. */
public enum ServerKeyType {
    RSA,
    /** On the curve P-256. */
    ECDSA;

    private static final List<SignatureScheme> PSS = List.of(
            SignatureScheme.RSA_PSS_RSAE_SHA256,
            SignatureScheme.RSA_PSS_RSAE_SHA384,
            SignatureScheme.RSA_PSS_RSAE_SHA512);
    private static final List<SignatureScheme> PSS_AND_PKCS1 = List.of(
            SignatureScheme.RSA_PSS_RSAE_SHA256,
            SignatureScheme.RSA_PSS_RSAE_SHA384,
            SignatureScheme.RSA_PSS_RSAE_SHA512,
            SignatureScheme.RSA_PKCS1_SHA256,
            SignatureScheme.RSA_PKCS1_SHA384,
            SignatureScheme.RSA_PKCS1_SHA512);
    private static final List<SignatureScheme> ECDSA_P256 = List.of(SignatureScheme.ECDSA_SECP256R1_SHA256);

    /** Whether a suite can be used with a certificate of this key; those of TLS 1.3 leave it open. */
    boolean fits(CipherSuite suite) {
        return suite.isTls13()
                || switch (this) {
                    case RSA -> suite.needsRsa();
                    case ECDSA -> suite.needsEcdsa();
                };
    }

    /** TLS 1.3 allows RSA only with PSS in handshakes. SHA-1 is left to nobody. */
    public List<SignatureScheme> signatures(TlsVersion version) {
        return switch (this) {
            case RSA -> version == TlsVersion.TLS_1_3 ? PSS : PSS_AND_PKCS1;
            case ECDSA -> ECDSA_P256;
        };
    }
}
