package dev.holdfast.hub.revocation;

import dev.holdfast.pki.Names;
import java.security.cert.X509Certificate;

/**
 * A registered authority, as who issued certificates and may take them back.
 *
 * @param name under which it is registered
 */
public record Issuer(String name, X509Certificate certificate, RevocationSettings settings) {
    /** Whether what it says of a certificate counts for one that {@code other} issued: the same name and the same key. */
    boolean speaksFor(X509Certificate other) {
        return certificate.getPublicKey().equals(other.getPublicKey())
                && Names.same(certificate.getSubjectX500Principal(), other.getSubjectX500Principal());
    }

    /** Whether they are one registered authority, whatever is asked of it. */
    boolean isSameAs(Issuer other) {
        return name.equals(other.name) && certificate.equals(other.certificate);
    }

    @Override
    public String toString() {
        return "Issuer[" + name + "]";
    }
}
