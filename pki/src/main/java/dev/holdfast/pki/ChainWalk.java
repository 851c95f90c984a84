package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.ChainRefusal.AuthorityUnknown;
import dev.holdfast.pki.ChainRefusal.CertificateSelfSigned;
import dev.holdfast.pki.ChainRefusal.CertificateWeak;
import dev.holdfast.pki.ChainRefusal.ChainTooTangled;
import dev.holdfast.pki.ChainRefusal.IssuerKeyDiffers;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One search from a leaf upwards, by names and signatures, for a path without a fault. Where there is none, it remembers what
 * explains best: a path that reached a registered authority, else how far the chain went and why no further.
 *
 * <p>Certificates may form any net: cross-signed, doubled, of the same name with other keys. The search goes into depth; what
 * bounds it is the cost of the signatures that it may check.
 */
final class ChainWalk {
    private final List<X509Certificate> shown;
    /** Registered authorities that end no chain and may stand in for intermediates that were not shown. */
    private final List<ChainAnchor> links;

    private final List<X509Certificate> intermediates;
    private final List<ChainAnchor> anchors;
    private final Limits.Certificates limits;
    private final PathRules rules;

    private final ChainBudget budget;
    private ChainResult.@Nullable Trusted found;
    private @Nullable ChainRefusal faultOfPath;
    private @Nullable ChainRefusal faultOfLink;
    private @Nullable ChainRefusal deadEnd;
    private int deadEndDepth;

    ChainWalk(
            List<X509Certificate> shown,
            List<ChainAnchor> anchors,
            Limits.Certificates limits,
            Instant now,
            ChainBudget budget) {
        this.shown = List.copyOf(new LinkedHashSet<>(shown));
        this.anchors = anchors;
        this.links = anchors.stream().filter(anchor -> !anchor.verified()).toList();
        this.intermediates = Stream.concat(this.shown.stream(), links.stream().map(ChainAnchor::certificate))
                .distinct()
                .toList();
        this.limits = limits;
        this.rules = new PathRules(limits, now);
        this.budget = budget;
    }

    ChainResult walk() {
        List<X509Certificate> path = new ArrayList<>();
        path.add(shown.getFirst());
        goOn(path);
        if (found != null) {
            return found;
        }
        if (budget.isExceeded()) {
            return new ChainResult.Refused(new ChainTooTangled(budget.max()));
        }
        return new ChainResult.Refused(Stream.of(faultOfPath, faultOfLink, deadEnd)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a search that found nothing ended somewhere")));
    }

    /** Looks for the issuers of the last certificate of a path, registered ones first. */
    private void goOn(List<X509Certificate> path) {
        X509Certificate last = path.getLast();
        ChainRefusal obstacle = null;
        boolean further = false;
        Map<PublicKey, Boolean> tried = new HashMap<>();
        for (ChainAnchor anchor : anchors) {
            if (isDone()) {
                return;
            }
            if (anchor.verified() && isNamedIssuer(anchor.certificate(), last)) {
                ChainRefusal why = faultOfSignature(last, anchor.certificate(), true, tried);
                if (why == null) {
                    further = true;
                    arrived(path, anchor);
                } else if (obstacle == null) {
                    obstacle = why;
                }
            }
        }
        for (X509Certificate issuer : intermediates) {
            if (isDone()) {
                return;
            }
            if (!path.contains(issuer) && isNamedIssuer(issuer, last)) {
                ChainRefusal why = faultOfSignature(last, issuer, !shown.contains(issuer), tried);
                if (why == null) {
                    further = true;
                    rememberLink(path, issuer);
                    path.add(issuer);
                    goOn(path);
                    path.removeLast();
                } else if (obstacle == null) {
                    obstacle = why;
                }
            }
        }
        if (!further && (deadEnd == null || path.size() > deadEndDepth)) {
            deadEndDepth = path.size();
            deadEnd = obstacle == null ? noIssuer(last) : obstacle;
        }
    }

    /** A chain that reaches an authority which is not verified is explained by that, should it not go on to a better one. */
    private void rememberLink(List<X509Certificate> path, X509Certificate issuer) {
        if (faultOfLink == null) {
            faultOfLink = links.stream()
                    .filter(link -> link.certificate().equals(issuer))
                    .findFirst()
                    .map(link -> rules.faultOf(path, link))
                    .orElse(null);
        }
    }

    private boolean isDone() {
        return found != null || budget.isExceeded();
    }

    private void arrived(List<X509Certificate> path, ChainAnchor anchor) {
        if (!budget.spend(1)) {
            return;
        }
        ChainRefusal fault = rules.faultOf(path, anchor);
        if (fault == null) {
            // The runtime's check looks at every signature again; it remembers what came of each.
            if (!budget.spend(path.size())) {
                return;
            }
            fault = rules.rejectedByRuntime(path, anchor);
        }
        if (fault == null) {
            found = new ChainResult.Trusted(anchor, path);
        } else if (faultOfPath == null) {
            faultOfPath = fault;
        }
    }

    private static boolean isNamedIssuer(X509Certificate issuer, X509Certificate issued) {
        return Names.same(issuer.getSubjectX500Principal(), issued.getIssuerX500Principal());
    }

    /**
     * What keeps one certificate from being signed by another; null when it is.
     *
     * @param tried keys with which this certificate was checked already, and whether they signed it: renewed authorities share one
     */
    private @Nullable ChainRefusal faultOfSignature(
            X509Certificate issued, X509Certificate issuer, boolean registered, Map<PublicKey, Boolean> tried) {
        String issuerName = Names.printed(issuer.getSubjectX500Principal());
        // Before the key is used: this is what bounds the time of a check.
        String weakness = Strength.weakness(issuer.getPublicKey(), limits.rsaKeyMaxBits());
        if (weakness != null) {
            return new CertificateWeak(issuerName, weakness);
        }
        PublicKey key = issuer.getPublicKey();
        Boolean known = tried.get(key);
        boolean signed;
        if (known != null) {
            signed = budget.spend(1) && known;
        } else {
            signed = budget.spend(Strength.cost(key)) && isSignedBy(issued, key);
            tried.put(key, signed);
        }
        return signed
                ? null
                : new IssuerKeyDiffers(Names.printed(issued.getSubjectX500Principal()), issuerName, registered);
    }

    private static boolean isSignedBy(X509Certificate issued, PublicKey key) {
        try {
            issued.verify(key);
            return true;
        } catch (GeneralSecurityException | ProviderException e) {
            return false;
        }
    }

    private ChainRefusal noIssuer(X509Certificate last) {
        String at = Names.printed(last.getSubjectX500Principal());
        if (last.equals(shown.getFirst())
                && Names.same(last.getSubjectX500Principal(), last.getIssuerX500Principal())) {
            return new CertificateSelfSigned(at);
        }
        return new AuthorityUnknown(
                at, Names.printed(last.getIssuerX500Principal()), ChainExplanation.subjects(anchors));
    }
}
