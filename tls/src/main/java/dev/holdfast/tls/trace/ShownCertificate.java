package dev.holdfast.tls.trace;

import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.pki.Names;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A certificate that a side showed, for people. Names are as the certificate has them, whatever characters those are.
 *
 * @param subject and {@code issuer} as RFC 2253 names, cut where they are very long
 * @param key algorithm and size: {@code RSA 2048}, {@code EC 256}
 * @param sha256 upper-case hex of the digest of the whole certificate
 * @param names host names and addresses that it is good for as a server's
 */
public record ShownCertificate(
        String subject,
        String issuer,
        String serial,
        Instant validFrom,
        Instant validUntil,
        String key,
        String sha256,
        List<String> names) {
    public ShownCertificate {
        names = List.copyOf(names);
    }

    public static ShownCertificate of(X509Certificate certificate) {
        CertificateFacts facts = CertificateFacts.of(certificate);
        return new ShownCertificate(
                Names.printed(certificate.getSubjectX500Principal()),
                Names.printed(certificate.getIssuerX500Principal()),
                facts.serial(),
                facts.notBefore(),
                facts.notAfter(),
                facts.keyType(),
                facts.sha256(),
                facts.names());
    }
}
