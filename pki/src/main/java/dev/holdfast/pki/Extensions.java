package dev.holdfast.pki;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;

/** What the extensions of a certificate allow, after RFC 5280 section 4.2. An extension that can't be read allows nothing. */
final class Extensions {
    static final String EXTENDED_KEY_USAGE = Extension.extendedKeyUsage.getId();
    static final String NAME_CONSTRAINTS = Extension.nameConstraints.getId();
    private static final String BASIC_CONSTRAINTS = Extension.basicConstraints.getId();
    private static final String KEY_USAGE = Extension.keyUsage.getId();
    private static final String CLIENT_AUTH = KeyPurposeId.id_kp_clientAuth.getId();
    private static final String SERVER_AUTH = KeyPurposeId.id_kp_serverAuth.getId();
    private static final String OCSP_SIGNING = KeyPurposeId.id_kp_OCSPSigning.getId();
    private static final String ANY_PURPOSE = KeyPurposeId.anyExtendedKeyUsage.getId();

    /** Judged here or in the path's own checks, or without a meaning for a device's certificate. */
    private static final Set<String> UNDERSTOOD = Set.of(
            BASIC_CONSTRAINTS,
            KEY_USAGE,
            EXTENDED_KEY_USAGE,
            NAME_CONSTRAINTS,
            Extension.subjectAlternativeName.getId(),
            Extension.certificatePolicies.getId(),
            Extension.policyMappings.getId(),
            Extension.policyConstraints.getId(),
            Extension.inhibitAnyPolicy.getId());

    private static final int BOOLEAN = 1;
    private static final int INTEGER = 2;
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_AGREEMENT = 4;
    private static final int KEY_CERT_SIGN = 5;
    private static final int CRL_SIGN = 6;

    private Extensions() {}

    static boolean isAuthority(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }

    /** What of a leaf says that it may issue others, one sign being enough; null when nothing does. */
    static @Nullable String signOfAuthority(X509Certificate leaf) {
        if (isAuthority(leaf)) {
            return "CA:TRUE";
        }
        boolean[] usage = leaf.getKeyUsage();
        return usage != null && usage[KEY_CERT_SIGN] ? "keyUsage keyCertSign" : null;
    }

    /** What does not let a certificate issue others; null when it may. */
    static @Nullable String notAnIssuer(X509Certificate certificate) {
        if (!isAuthority(certificate)) {
            return certificate.getVersion() < 3
                    ? "it is of version " + certificate.getVersion() + ", which knows no basicConstraints"
                    : "its basicConstraints do not say CA:TRUE";
        }
        boolean[] usage = certificate.getKeyUsage();
        return usage == null || usage[KEY_CERT_SIGN] ? null : "its keyUsage does not allow keyCertSign";
    }

    /** Whether a key usage that is there allows signing revocation lists. */
    static boolean maySignLists(X509Certificate certificate) {
        boolean[] usage = certificate.getKeyUsage();
        return usage == null || usage[CRL_SIGN];
    }

    /** Whether the certificate says itself that its key answers for its issuer (RFC 6960 4.2.2.2); any purpose is not enough. */
    static boolean isForOcspSigning(X509Certificate certificate) {
        List<String> purposes = purposes(certificate);
        return purposes != null && purposes.contains(OCSP_SIGNING);
    }

    /** The extension that is there and can't be read; null when there is none. */
    static @Nullable String unreadable(X509Certificate certificate) {
        if (certificate.getKeyUsage() == null && certificate.getExtensionValue(KEY_USAGE) != null) {
            return "keyUsage";
        }
        if (certificate.getExtensionValue(EXTENDED_KEY_USAGE) != null && purposes(certificate) == null) {
            return "extendedKeyUsage";
        }
        byte[] constraints = certificate.getExtensionValue(BASIC_CONSTRAINTS);
        return constraints == null || isBasicConstraints(DerElements.octets(constraints)) ? null : "basicConstraints";
    }

    /**
     * The runtime takes one that it can't read for one that is not there, and CA:TRUE with a negative path length for CA:FALSE.
     */
    private static boolean isBasicConstraints(byte @Nullable [] value) {
        List<DerElements.Element> parts = value == null ? null : DerElements.of(value);
        if (parts == null) {
            return false;
        }
        boolean hasFlag = !parts.isEmpty() && parts.getFirst().tag() == BOOLEAN;
        List<DerElements.Element> lengths = hasFlag ? parts.subList(1, parts.size()) : parts;
        return (!hasFlag || parts.getFirst().length() == 1)
                && lengths.size() <= 1
                && lengths.stream().allMatch(Extensions::isPathLength);
    }

    private static boolean isPathLength(DerElements.Element part) {
        return part.tag() == INTEGER && part.length() >= 1 && part.length() <= Integer.BYTES && part.first() >= 0;
    }

    /** The identifier of a critical extension that nobody here obeys; null when there is none. */
    static @Nullable String unknownCritical(X509Certificate certificate) {
        Set<String> critical = certificate.getCriticalExtensionOIDs();
        return critical == null
                ? null
                : critical.stream()
                        .filter(oid -> !UNDERSTOOD.contains(oid))
                        .sorted()
                        .findFirst()
                        .orElse(null);
    }

    /**
     * Why a leaf's key may not prove a TLS client; null when it may.
     *
     * <p>Like OpenSSL and the Java runtime: a key usage that is there must allow signing (or agreeing on) keys, and purposes that
     * are there must have clientAuth or any.
     */
    static @Nullable String notForClients(X509Certificate leaf) {
        boolean[] usage = leaf.getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[KEY_AGREEMENT]) {
            return "its keyUsage does not allow digitalSignature";
        }
        return issuesNoClients(leaf);
    }

    /** The purposes alone: an intermediate that has some issues for those only, as OpenSSL and Windows read it. */
    static @Nullable String issuesNoClients(X509Certificate certificate) {
        List<String> purposes = purposes(certificate);
        return purposes == null || purposes.contains(CLIENT_AUTH) || purposes.contains(ANY_PURPOSE)
                ? null
                : "its extendedKeyUsage does not have clientAuth";
    }

    /** Why a leaf's key may not prove a TLS server; null when it may. Purposes that are there must have serverAuth or any. */
    static @Nullable String notForServers(X509Certificate leaf) {
        boolean[] usage = leaf.getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE]) {
            return "its keyUsage does not allow digitalSignature";
        }
        return issuesNoServers(leaf);
    }

    /** As {@link #issuesNoClients}, for servers. */
    static @Nullable String issuesNoServers(X509Certificate certificate) {
        String unreadable = unreadable(certificate);
        if (unreadable != null) {
            return "its " + unreadable + " can't be read";
        }
        List<String> purposes = purposes(certificate);
        return purposes == null || purposes.contains(SERVER_AUTH) || purposes.contains(ANY_PURPOSE)
                ? null
                : "its extendedKeyUsage does not have serverAuth";
    }

    private static @Nullable List<String> purposes(X509Certificate certificate) {
        try {
            return certificate.getExtendedKeyUsage();
        } catch (CertificateParsingException e) {
            return null;
        }
    }
}
