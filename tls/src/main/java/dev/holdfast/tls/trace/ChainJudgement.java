package dev.holdfast.tls.trace;

import dev.holdfast.pki.Names;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the chain that a server shows is worth to a client: everything that is wrong with it, not only the first thing.
 *
 * @param root subject of the trusted root that it leads to; null when it leads to none
 * @param faults none when a client would accept it
 */
public record ChainJudgement(@Nullable String root, List<ChainFault> faults) {
    private static final int REASON_MAX_CHARS = 200;
    private static final String FOR_SERVERS = "1.3.6.1.5.5.7.3.1";
    private static final String FOR_ANYTHING = "2.5.29.37.0";
    /** Bits of keyUsage. */
    private static final int DIGITAL_SIGNATURE = 0;

    private static final int KEY_ENCIPHERMENT = 2;

    public ChainJudgement {
        faults = List.copyOf(faults);
    }

    public boolean accepted() {
        return faults.isEmpty();
    }

    /**
     * @param shown leaf first, as the server sent them; the engine bounds how many they are and their size
     * @param roots those that are trusted
     * @param host name or address that the client connects to
     * @param now by the clock of the client
     */
    public static ChainJudgement of(
            List<X509Certificate> shown, Collection<X509Certificate> roots, String host, Instant now) {
        if (shown.isEmpty()) {
            return new ChainJudgement(null, List.of(new ChainFault.NoCertificate()));
        }
        List<ChainFault> faults = new ArrayList<>();
        List<X509Certificate> path = new ArrayList<>();
        Optional<X509Certificate> root = walk(shown, roots, path);
        if (root.isEmpty()) {
            X509Certificate last = path.getLast();
            boolean rootShown = Names.same(last.getSubjectX500Principal(), last.getIssuerX500Principal());
            faults.add(new ChainFault.RootNotTrusted(Names.printed(last.getIssuerX500Principal()), rootShown));
        }
        List<String> names = ShownCertificate.of(shown.getFirst()).names();
        if (!HostNames.cover(names, host)) {
            faults.add(new ChainFault.NameDiffers(host, names));
        }
        judgeUse(shown.getFirst()).ifPresent(faults::add);
        path.forEach(certificate -> judgeTime(certificate, now).ifPresent(faults::add));
        root.flatMap(anchor -> judgePath(path, anchor, now))
                .filter(_ -> faults.isEmpty())
                .ifPresent(faults::add);
        return new ChainJudgement(
                root.map(found -> Names.printed(found.getSubjectX500Principal()))
                        .orElse(null),
                faults);
    }

    /**
     * From the leaf upwards, through what was shown, to a trusted root.
     *
     * @param path gets the certificates on the way, the root not among them
     */
    private static Optional<X509Certificate> walk(
            List<X509Certificate> shown, Collection<X509Certificate> roots, List<X509Certificate> path) {
        X509Certificate current = shown.getFirst();
        while (true) {
            X509Certificate here = current;
            if (roots.contains(here)) {
                return Optional.of(here);
            }
            path.add(here);
            Optional<X509Certificate> root =
                    roots.stream().filter(each -> Names.isIssuedBy(here, each)).findFirst();
            if (root.isPresent()) {
                return root;
            }
            Optional<X509Certificate> next = shown.stream()
                    .filter(each -> !path.contains(each) && Names.isIssuedBy(here, each))
                    .findFirst();
            if (next.isEmpty()) {
                return Optional.empty();
            }
            current = next.get();
        }
    }

    /** Whether the leaf is meant for servers, which the path check does not ask (RFC 5280 4.2.1.3, 4.2.1.12). */
    private static Optional<ChainFault> judgeUse(X509Certificate leaf) {
        try {
            List<String> uses = leaf.getExtendedKeyUsage();
            if (uses != null && !uses.contains(FOR_SERVERS) && !uses.contains(FOR_ANYTHING)) {
                return Optional.of(
                        new ChainFault.Unfit("extendedKeyUsage of the server's certificate lacks serverAuth"));
            }
        } catch (CertificateParsingException _) {
            return Optional.of(new ChainFault.Unfit("extendedKeyUsage of the server's certificate can't be read"));
        }
        boolean[] usage = leaf.getKeyUsage();
        return usage != null && !usage[DIGITAL_SIGNATURE] && !usage[KEY_ENCIPHERMENT]
                ? Optional.of(
                        new ChainFault.Unfit("keyUsage of the server's certificate allows it to sign no handshake"))
                : Optional.empty();
    }

    private static Optional<ChainFault> judgeTime(X509Certificate certificate, Instant now) {
        String subject = Names.printed(certificate.getSubjectX500Principal());
        Instant begins = certificate.getNotBefore().toInstant();
        Instant ends = certificate.getNotAfter().toInstant();
        if (now.isBefore(begins)) {
            return Optional.of(new ChainFault.NotYetValid(subject, begins, now));
        }
        return now.isAfter(ends) ? Optional.of(new ChainFault.Expired(subject, ends, now)) : Optional.empty();
    }

    /** The rules beyond names, signatures and time: who may issue, key usage, constraints, weak algorithms. */
    private static Optional<ChainFault> judgePath(List<X509Certificate> path, X509Certificate root, Instant now) {
        if (path.isEmpty()) {
            return Optional.empty();
        }
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
            // Nobody is asked about revocation: a trace talks to the one server only.
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            return Optional.empty();
        } catch (CertPathValidatorException | InvalidAlgorithmParameterException e) {
            return Optional.of(new ChainFault.Unfit(cut(String.valueOf(e.getMessage()))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime checks certification paths", e);
        }
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), REASON_MAX_CHARS));
    }

    /** All that is wrong, in sentences. */
    public String explain() {
        return faults.stream().map(ChainFault::explain).collect(Collectors.joining(" "));
    }
}
