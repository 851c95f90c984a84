package dev.holdfast.pki;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Locale;

/** A root that clients of one world are to trust, and why. */
public record TrustedRoot(Role role, ServerSlot slot, X509Certificate certificate) {
    /** In the order in which a bundle has them: a client that has room for few takes the first. */
    public enum Role {
        /** The installation's own chain leads to it. */
        PRIMARY,
        /** An operator's chain leads to it. */
        OPERATOR,
        /** Becomes the primary one when that has to go; clients have it long before. */
        RESERVE,
        /** Was the primary one. */
        FORMER;

        /** As the API and the documents name it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** SHA-256 over the certificate, upper-case hexadecimal. */
    public String sha256() {
        return CertificateFacts.of(certificate).sha256();
    }

    /** Since when bundles have it: of the installation's own, the moment in which it was made. */
    public Instant since() {
        Instant begins = certificate.getNotBefore().toInstant();
        return role == Role.OPERATOR ? begins : begins.plus(Issuing.CLOCKS_LATE);
    }

    public Instant end() {
        return certificate.getNotAfter().toInstant();
    }

    @Override
    public String toString() {
        return "TrustedRoot[" + role + " " + slot + " "
                + certificate.getSubjectX500Principal().getName() + "]";
    }
}
