package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.ChainRefusal.AuthorityExpired;
import dev.holdfast.pki.ChainRefusal.AuthorityNotVerified;
import dev.holdfast.pki.ChainRefusal.AuthorityNotYetValid;
import dev.holdfast.pki.ChainRefusal.CertificateUnreadable;
import dev.holdfast.pki.ChainRefusal.CertificateWeak;
import dev.holdfast.pki.ChainRefusal.CriticalExtensionUnknown;
import dev.holdfast.pki.ChainRefusal.IntermediateExpired;
import dev.holdfast.pki.ChainRefusal.IntermediateNotYetValid;
import dev.holdfast.pki.ChainRefusal.IssuerNotAuthority;
import dev.holdfast.pki.ChainRefusal.LeafExpired;
import dev.holdfast.pki.ChainRefusal.LeafIsAuthority;
import dev.holdfast.pki.ChainRefusal.LeafNotYetValid;
import dev.holdfast.pki.ChainRefusal.NameNotPermitted;
import dev.holdfast.pki.ChainRefusal.NotForClients;
import dev.holdfast.pki.ChainRefusal.PathRejected;
import dev.holdfast.pki.ChainRefusal.PathTooLong;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a path whose signatures are right: from a leaf over intermediates to a registered authority.
 *
 * <p>First rule by rule, each with a reason of its own, from the leaf upwards; then the Java runtime's whole check, which knows
 * rules (certificate policies) that are not repeated here, and which stands behind those that are.
 */
final class PathRules {
    private final Limits.Certificates limits;
    private final ChainContents contents;
    private final Instant now;

    PathRules(Limits.Certificates limits, Instant now) {
        this.limits = limits;
        this.contents = new ChainContents(limits.chainContents());
        this.now = now;
    }

    /**
     * Judges by the rules that have reasons of their own.
     *
     * @param path leaf first, without the authority's own certificate
     */
    @Nullable
    ChainRefusal faultOf(List<X509Certificate> path, ChainAnchor anchor) {
        // First of all, because it bounds what everything else costs.
        ChainRefusal fault = contents.faultOf(
                Stream.concat(path.stream(), Stream.of(anchor.certificate())).toList());
        if (fault == null) {
            fault = faultOfLeaf(path.getFirst());
        }
        for (int i = 1; fault == null && i < path.size(); i++) {
            fault = faultOfIntermediate(path.get(i));
        }
        if (fault == null) {
            fault = faultOfAnchor(anchor);
        }
        for (int i = 1; fault == null && i <= path.size(); i++) {
            X509Certificate issuer = i < path.size() ? path.get(i) : anchor.certificate();
            fault = faultOfIssuer(issuer, path.subList(0, i));
        }
        return fault;
    }

    private @Nullable ChainRefusal faultOfLeaf(X509Certificate leaf) {
        String subject = Names.printed(leaf.getSubjectX500Principal());
        Instant notBefore = leaf.getNotBefore().toInstant();
        Instant notAfter = leaf.getNotAfter().toInstant();
        if (now.isAfter(notAfter)) {
            return new LeafExpired(subject, notAfter, now);
        }
        if (now.isBefore(notBefore)) {
            return new LeafNotYetValid(subject, notBefore, now);
        }
        ChainRefusal fault = faultOfAny(subject, leaf);
        if (fault != null) {
            return fault;
        }
        String authority = Extensions.signOfAuthority(leaf);
        if (authority != null) {
            return new LeafIsAuthority(subject, authority);
        }
        String purpose = Extensions.notForClients(leaf);
        return purpose == null ? null : new NotForClients(subject, purpose);
    }

    private @Nullable ChainRefusal faultOfIntermediate(X509Certificate intermediate) {
        String subject = Names.printed(intermediate.getSubjectX500Principal());
        Instant notBefore = intermediate.getNotBefore().toInstant();
        Instant notAfter = intermediate.getNotAfter().toInstant();
        if (now.isAfter(notAfter)) {
            return new IntermediateExpired(subject, notAfter, now);
        }
        if (now.isBefore(notBefore)) {
            return new IntermediateNotYetValid(subject, notBefore, now);
        }
        ChainRefusal fault = faultOfAny(subject, intermediate);
        if (fault != null) {
            return fault;
        }
        String purpose = Extensions.issuesNoClients(intermediate);
        return purpose == null ? null : new NotForClients(subject, purpose);
    }

    /** What holds for every certificate that the device showed. */
    private @Nullable ChainRefusal faultOfAny(String subject, X509Certificate certificate) {
        String weakness = Strength.weakness(certificate.getPublicKey(), limits.rsaKeyMaxBits());
        if (weakness == null) {
            weakness = Strength.weakness(certificate);
        }
        if (weakness != null) {
            return new CertificateWeak(subject, weakness);
        }
        String unreadable = Extensions.unreadable(certificate);
        if (unreadable != null) {
            return new CertificateUnreadable(subject, unreadable);
        }
        String unknown = Extensions.unknownCritical(certificate);
        return unknown == null ? null : new CriticalExtensionUnknown(subject, unknown);
    }

    /** The signature that it bears does not matter: the operator trusts it as it stands. */
    private @Nullable ChainRefusal faultOfAnchor(ChainAnchor anchor) {
        if (!anchor.verified()) {
            return new AuthorityNotVerified(anchor.name());
        }
        Instant notBefore = anchor.certificate().getNotBefore().toInstant();
        Instant notAfter = anchor.certificate().getNotAfter().toInstant();
        if (now.isAfter(notAfter)) {
            return new AuthorityExpired(anchor.name(), notAfter, now);
        }
        if (now.isBefore(notBefore)) {
            return new AuthorityNotYetValid(anchor.name(), notBefore, now);
        }
        String subject = Names.printed(anchor.certificate().getSubjectX500Principal());
        String unreadable = Extensions.unreadable(anchor.certificate());
        if (unreadable != null) {
            return new CertificateUnreadable(subject, unreadable);
        }
        String unknown = Extensions.unknownCritical(anchor.certificate());
        return unknown == null ? null : new CriticalExtensionUnknown(subject, unknown);
    }

    /** @param below what it issued, directly or not, leaf first */
    static @Nullable ChainRefusal faultOfIssuer(X509Certificate issuer, List<X509Certificate> below) {
        String subject = Names.printed(issuer.getSubjectX500Principal());
        String why = Extensions.notAnIssuer(issuer);
        if (why != null) {
            return new IssuerNotAuthority(subject, why);
        }
        // RFC 5280 6.1.4 (l): an authority that issues to itself, to change its key, does not count.
        int counted = (int) below.stream()
                .skip(1)
                .filter(certificate -> !isSelfIssued(certificate))
                .count();
        int max = issuer.getBasicConstraints();
        if (counted > max) {
            return new PathTooLong(subject, max, counted);
        }
        return faultOfNames(issuer, subject, below);
    }

    private static @Nullable ChainRefusal faultOfNames(
            X509Certificate issuer, String issuerName, List<X509Certificate> below) {
        byte[] extension = issuer.getExtensionValue(Extensions.NAME_CONSTRAINTS);
        if (extension == null) {
            return null;
        }
        X509CertSelector permitted = new X509CertSelector();
        try {
            permitted.setNameConstraints(ASN1OctetString.getInstance(extension).getOctets());
        } catch (IOException | IllegalArgumentException e) {
            return new CertificateUnreadable(issuerName, "nameConstraints");
        }
        try {
            return faultOfNames(permitted, issuerName, below);
        } catch (UnsupportedOperationException e) {
            // The runtime can't compare names of some kinds, such as otherName; RFC 5280 lets it refuse then.
            return new CertificateUnreadable(issuerName, "kind of name in the nameConstraints");
        }
    }

    private static @Nullable ChainRefusal faultOfNames(
            X509CertSelector permitted, String issuerName, List<X509Certificate> below) {
        return below.stream()
                // RFC 5280 6.1.3 (b): as above, but a leaf is always held to them.
                .filter(certificate -> certificate.equals(below.getFirst()) || !isSelfIssued(certificate))
                .filter(certificate -> !permitted.match(certificate))
                .findFirst()
                .map(certificate ->
                        new NameNotPermitted(Names.printed(certificate.getSubjectX500Principal()), issuerName))
                .orElse(null);
    }

    private static boolean isSelfIssued(X509Certificate certificate) {
        return Names.same(certificate.getSubjectX500Principal(), certificate.getIssuerX500Principal());
    }

    /** The runtime's whole check, for a path in which {@link #faultOf} found nothing. */
    @Nullable
    ChainRefusal rejectedByRuntime(List<X509Certificate> path, ChainAnchor anchor) {
        try {
            CertPath certificates = CertificateFactory.getInstance("X.509").generateCertPath(path);
            // By name and key, since that is all which this check asks of an anchor, but for key identifiers: those are
            // hints for
            // finding an issuer, and tools do not agree on how to make them.
            TrustAnchor trusted = new TrustAnchor(
                    anchor.certificate().getSubjectX500Principal(),
                    anchor.certificate().getPublicKey(),
                    null);
            PKIXParameters parameters = new PKIXParameters(Set.of(trusted));
            // What a hub denies and what authorities revoked is judged where devices are.
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            parameters.addCertPathChecker(new PurposeIsJudged());
            CertPathValidator.getInstance("PKIX").validate(certificates, parameters);
            return null;
        } catch (CertPathValidatorException e) {
            return new PathRejected(String.valueOf(e.getMessage()));
        } catch (GeneralSecurityException | UnsupportedOperationException e) {
            return new PathRejected(e.toString());
        }
    }

    /** The runtime leaves extendedKeyUsage to its callers, and refuses it where it is critical unless one says that it obeys it. */
    private static final class PurposeIsJudged extends PKIXCertPathChecker {
        @Override
        public void init(boolean forward) {
            // Nothing to remember.
        }

        @Override
        public boolean isForwardCheckingSupported() {
            return true;
        }

        @Override
        public Set<String> getSupportedExtensions() {
            return Set.of(Extensions.EXTENDED_KEY_USAGE);
        }

        @Override
        public void check(Certificate certificate, Collection<String> unresolved) {
            unresolved.remove(Extensions.EXTENDED_KEY_USAGE);
        }
    }
}
