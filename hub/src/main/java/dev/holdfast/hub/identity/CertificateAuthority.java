package dev.holdfast.hub.identity;

import dev.holdfast.pki.ChainAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * A certificate authority, root or intermediate, whose certificates let devices of this hub in.
 *
 * @param name compared by case
 * @param verified whether its owner is known to hold its key; what the operator registers is verified by that
 */
public record CertificateAuthority(
        String name, X509Certificate certificate, boolean verified, Instant created, Instant updated) {

    /** SHA-256 of the certificate: what tells one authority from every other. */
    public Thumbprint thumbprint() {
        return Thumbprint.ofSha256(certificate);
    }

    ChainAnchor anchor() {
        return new ChainAnchor(name, certificate, verified);
    }

    @Override
    public String toString() {
        return "CertificateAuthority[" + name + "]";
    }
}
