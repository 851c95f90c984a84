package dev.holdfast.pki;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/**
 * What a person wants to know of a certificate, in the spelling that other tools use.
 *
 * @param subject and {@code issuer} as RFC 2253 names
 * @param serial upper-case hex digits, an even number of them
 * @param sha1 and {@code sha256} thumbprints: upper-case hex of the digest of the whole certificate
 * @param names host names and addresses that it is good for as a server's
 * @param keyType algorithm and size: {@code RSA 2048}, {@code EC 256}
 */
public record CertificateFacts(
        String subject,
        String issuer,
        String serial,
        Instant notBefore,
        Instant notAfter,
        String sha1,
        String sha256,
        String keyType,
        List<String> names) {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    public CertificateFacts {
        names = List.copyOf(names);
    }

    public static CertificateFacts of(X509Certificate certificate) {
        return new CertificateFacts(
                certificate.getSubjectX500Principal().getName(),
                certificate.getIssuerX500Principal().getName(),
                HEX.formatHex(certificate.getSerialNumber().toByteArray()),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                digest(certificate, "SHA-1"),
                digest(certificate, "SHA-256"),
                keyType(certificate.getPublicKey()),
                ServerNames.of(certificate));
    }

    private static String digest(X509Certificate certificate, String algorithm) {
        try {
            return HEX.formatHex(MessageDigest.getInstance(algorithm).digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed has a " + algorithm + " digest", e);
        }
    }

    private static String keyType(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> "RSA " + rsa.getModulus().bitLength();
            case ECPublicKey ec -> "EC " + ec.getParams().getCurve().getField().getFieldSize();
            default -> key.getAlgorithm();
        };
    }
}
