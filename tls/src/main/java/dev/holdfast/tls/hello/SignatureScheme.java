package dev.holdfast.tls.hello;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Ways to sign a handshake (RFC 8446 4.2.3), by their code; TLS 1.2 reads the same codes as a pair of hash and algorithm. */
public enum SignatureScheme {
    RSA_PKCS1_MD5(0x0101),
    RSA_PKCS1_SHA1(0x0201),
    ECDSA_SHA1(0x0203),
    RSA_PKCS1_SHA224(0x0301),
    ECDSA_SHA224(0x0303),
    RSA_PKCS1_SHA256(0x0401),
    ECDSA_SECP256R1_SHA256(0x0403),
    RSA_PKCS1_SHA384(0x0501),
    ECDSA_SECP384R1_SHA384(0x0503),
    RSA_PKCS1_SHA512(0x0601),
    ECDSA_SECP521R1_SHA512(0x0603),
    RSA_PSS_RSAE_SHA256(0x0804),
    RSA_PSS_RSAE_SHA384(0x0805),
    RSA_PSS_RSAE_SHA512(0x0806),
    ED25519(0x0807),
    ED448(0x0808),
    RSA_PSS_PSS_SHA256(0x0809),
    RSA_PSS_PSS_SHA384(0x080A),
    RSA_PSS_PSS_SHA512(0x080B);

    private final int code;

    SignatureScheme(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static Optional<SignatureScheme> of(int code) {
        return Arrays.stream(values()).filter(scheme -> scheme.code == code).findFirst();
    }

    /** For people: the name of a code, or the code where nobody here knows it. */
    public static String nameOf(int code) {
        return of(code).map(SignatureScheme::toString).orElseGet(() -> "0x%04X".formatted(code));
    }

    /** By IANA name, in any case. */
    public static Optional<SignatureScheme> named(String ianaName) {
        return Arrays.stream(values())
                .filter(scheme -> scheme.name().equalsIgnoreCase(ianaName))
                .findFirst();
    }

    /** The IANA name, which the engine uses too. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
