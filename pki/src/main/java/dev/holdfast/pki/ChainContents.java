package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.ChainRefusal.CertificateUnreadable;
import dev.holdfast.pki.ChainRefusal.ChainTooComplex;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.bouncycastle.asn1.x509.Extension;
import org.jspecify.annotations.Nullable;

/**
 * Counts what certificates hold of things that make a check slow, before anything checks them: names and name constraints, whose
 * comparing takes time by their product; policies and their mappings, whose tree grows by powers (as in CVE-2023-0464).
 */
final class ChainContents {
    private static final String NAMES = Extension.subjectAlternativeName.getId();
    private static final String POLICIES = Extension.certificatePolicies.getId();
    private static final String MAPPINGS = Extension.policyMappings.getId();

    private static final int TAG_CLASS = 0xc0;
    private static final int CONTEXT_SPECIFIC = 0x80;
    private static final int OBJECT_IDENTIFIER = 0x06;

    private final Limits.ChainContents limits;

    ChainContents(Limits.ChainContents limits) {
        this.limits = limits;
    }

    /** What certificates hold too much of, all together; null when nothing. */
    @Nullable
    ChainRefusal faultOf(List<X509Certificate> certificates) {
        int bytes = 0;
        int extensions = 0;
        int names = 0;
        int constraints = 0;
        int policies = 0;
        int mappings = 0;
        for (X509Certificate certificate : certificates) {
            try {
                bytes += certificate.getEncoded().length;
                extensions += size(certificate.getCriticalExtensionOIDs());
                extensions += size(certificate.getNonCriticalExtensionOIDs());
                names += parts(certificate.getSubjectX500Principal().getEncoded(), "subject", _ -> true);
                names += entries(certificate, NAMES, "subjectAltName", ChainContents::isTagged);
                constraints += subtrees(certificate);
                policies += entries(certificate, POLICIES, "certificatePolicies", ChainContents::beginsWithIdentifier);
                mappings += entries(certificate, MAPPINGS, "policyMappings", ChainContents::beginsWithIdentifier);
            } catch (Unreadable e) {
                return new CertificateUnreadable(Names.printed(certificate.getSubjectX500Principal()), e.what);
            } catch (CertificateEncodingException e) {
                return new CertificateUnreadable(Names.printed(certificate.getSubjectX500Principal()), "encoding");
            }
        }
        if (bytes > limits.maxBytes()) {
            return new ChainTooComplex("bytes", bytes, limits.maxBytes());
        } else if (extensions > limits.extensionsMax()) {
            return new ChainTooComplex("extensions", extensions, limits.extensionsMax());
        } else if (names > limits.namesMax()) {
            return new ChainTooComplex("names", names, limits.namesMax());
        } else if (constraints > limits.nameConstraintsMax()) {
            return new ChainTooComplex("name constraints", constraints, limits.nameConstraintsMax());
        } else if (policies > limits.policiesMax()) {
            return new ChainTooComplex("certificate policies", policies, limits.policiesMax());
        }
        return mappings > limits.policyMappingsMax()
                ? new ChainTooComplex("policy mappings", mappings, limits.policyMappingsMax())
                : null;
    }

    private static int size(@Nullable Set<String> identifiers) {
        return identifiers == null ? 0 : identifiers.size();
    }

    private static int entries(
            X509Certificate certificate, String extension, String name, Predicate<DerElements.Element> wellFormed)
            throws Unreadable {
        byte[] value = value(certificate, extension, name);
        return value == null ? 0 : parts(value, name, wellFormed);
    }

    private static int parts(byte[] sequence, String name, Predicate<DerElements.Element> wellFormed)
            throws Unreadable {
        List<DerElements.Element> elements = DerElements.of(sequence);
        if (elements == null || !elements.stream().allMatch(wellFormed)) {
            throw new Unreadable(name);
        }
        return elements.size();
    }

    /** A name says in a tag of its own of which kind it is. */
    private static boolean isTagged(DerElements.Element name) {
        return (name.tag() & TAG_CLASS) == CONTEXT_SPECIFIC;
    }

    /** As a policy, and a mapping of one. */
    private static boolean beginsWithIdentifier(DerElements.Element entry) {
        List<DerElements.Element> parts = DerElements.of(entry);
        return parts != null && !parts.isEmpty() && parts.getFirst().tag() == OBJECT_IDENTIFIER;
    }

    /** Permitted and excluded ones, RFC 5280 section 4.2.1.10. */
    private static int subtrees(X509Certificate certificate) throws Unreadable {
        byte[] value = value(certificate, Extensions.NAME_CONSTRAINTS, "nameConstraints");
        if (value == null) {
            return 0;
        }
        List<DerElements.Element> lists = DerElements.of(value);
        if (lists == null) {
            throw new Unreadable("nameConstraints");
        }
        int count = 0;
        for (DerElements.Element list : lists) {
            List<DerElements.Element> subtrees = DerElements.of(list);
            if (subtrees == null) {
                throw new Unreadable("nameConstraints");
            }
            count += subtrees.size();
        }
        return count;
    }

    private static byte @Nullable [] value(X509Certificate certificate, String extension, String name)
            throws Unreadable {
        byte[] string = certificate.getExtensionValue(extension);
        if (string == null) {
            return null;
        }
        byte[] octets = DerElements.octets(string);
        if (octets == null) {
            throw new Unreadable(name);
        }
        return octets;
    }

    /** Carries the name of what can't be read out of the counting. */
    private static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        private final String what;

        Unreadable(String what) {
            super(null, null, false, false);
            this.what = what;
        }
    }
}
