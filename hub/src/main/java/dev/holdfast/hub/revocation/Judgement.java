package dev.holdfast.hub.revocation;

import dev.holdfast.hub.revocation.RevocationRefusal.CertificateRevoked;
import dev.holdfast.hub.revocation.RevocationRefusal.RevocationListStale;
import dev.holdfast.hub.revocation.RevocationRefusal.RevocationUnknown;
import dev.holdfast.pki.CertificateUrls;
import dev.holdfast.pki.Names;
import dev.holdfast.pki.Revoked;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One look at a path: each certificate at the authority that issued it. "Revoked" wins over everything; what nobody knows follows
 * the operator's choice.
 */
final class Judgement {
    /** Answers of responders, for one path. */
    interface Responders {
        Answer ask(Issuer issuer, X509Certificate issuerCertificate, X509Certificate certificate, URI responder);
    }

    private final List<Issuer> issuers;
    private final HeldLists lists;
    private final Responders responders;
    private final IssuedBy issuedBy;
    private final BiConsumer<Issuer, String> allowed;
    private final Instant now;
    private @Nullable RevocationRefusal unknown;

    /** @param allowed told of an authority of which something is unknown and let pass, and why it is */
    Judgement(
            List<Issuer> issuers,
            HeldLists lists,
            Responders responders,
            IssuedBy issuedBy,
            BiConsumer<Issuer, String> allowed,
            Instant now) {
        this.issuers = issuers;
        this.lists = lists;
        this.responders = responders;
        this.issuedBy = issuedBy;
        this.allowed = allowed;
        this.now = now;
    }

    /** @param path leaf first, each certificate issued by the next, a registered authority at the end */
    @Nullable
    RevocationRefusal faultOf(List<X509Certificate> path) {
        X509Certificate anchor = path.getLast();
        boolean strict = issuers.stream()
                .anyMatch(issuer ->
                        issuer.certificate().equals(anchor) && issuer.settings().whenUnknown() == WhenUnknown.REFUSE);
        for (int i = 0; i < path.size() - 1; i++) {
            CertificateRevoked revoked = look(path.get(i), path.get(i + 1), strict);
            if (revoked != null) {
                return revoked;
            }
        }
        CertificateRevoked above = lookAbove(anchor, new HashMap<>());
        return above == null ? unknown : above;
    }

    /**
     * A registered intermediate is trusted as it stands, unless who issued it is registered, too, and took it back, or was taken
     * back itself. An issuer with several certificates stands while one of them does.
     *
     * @param seen what is known of authorities above; authorities may have certified each other
     */
    private @Nullable CertificateRevoked lookAbove(
            X509Certificate certificate, Map<X509Certificate, Optional<CertificateRevoked>> seen) {
        CertificateRevoked why = null;
        boolean stands = false;
        for (Issuer each : issuers) {
            X509Certificate above = each.certificate();
            if (!each.speaksFor(certificate) && issuedBy.test(certificate, above)) {
                CertificateRevoked revoked = look(certificate, above, false);
                if (revoked != null) {
                    return revoked;
                }
                Optional<CertificateRevoked> higher = seen.get(above);
                if (higher == null) {
                    seen.put(above, Optional.empty());
                    higher = Optional.ofNullable(lookAbove(above, seen));
                    seen.put(above, higher);
                }
                stands |= higher.isEmpty();
                why = higher.orElse(why);
            }
        }
        return stands ? null : why;
    }

    private @Nullable CertificateRevoked look(X509Certificate certificate, X509Certificate issuer, boolean strict) {
        Status status = new Status(certificate);
        for (Issuer each : issuers) {
            if (each.speaksFor(issuer)) {
                CertificateRevoked revoked = status.ask(each, issuer);
                if (revoked != null) {
                    return revoked;
                }
            }
        }
        if (!status.known) {
            status.conclude(issuer, strict);
        }
        return null;
    }

    /** What is known of one certificate. */
    private final class Status {
        private final X509Certificate certificate;
        private final String subject;
        private boolean known;
        private boolean strict;
        private @Nullable Issuer asked;
        private @Nullable RevocationRefusal why;

        Status(X509Certificate certificate) {
            this.certificate = certificate;
            this.subject = Names.printed(certificate.getSubjectX500Principal());
        }

        @Nullable
        CertificateRevoked ask(Issuer issuer, X509Certificate issuerCertificate) {
            strict |= issuer.settings().whenUnknown() == WhenUnknown.REFUSE;
            CertificateRevoked revoked = askList(issuer);
            return revoked == null ? askResponder(issuer, issuerCertificate) : revoked;
        }

        private @Nullable CertificateRevoked askList(Issuer issuer) {
            HeldList held = lists.of(issuer).orElse(null);
            if (held == null) {
                if (!(issuer.settings().lists() instanceof Origin.Nowhere)) {
                    unknown(issuer, "the list of the authority '" + issuer.name() + "' was not fetched yet");
                }
                return null;
            }
            Optional<Revoked> entry = held.list().find(certificate.getSerialNumber());
            if (entry.isPresent()) {
                return revoked(issuer, entry.get(), "its list");
            }
            if (held.isStale(now)) {
                asked = issuer;
                why = new RevocationListStale(
                        subject, issuer.name(), held.list().nextUpdate(), now);
            } else {
                known = true;
            }
            return null;
        }

        private @Nullable CertificateRevoked askResponder(Issuer issuer, X509Certificate issuerCertificate) {
            URI responder = switch (issuer.settings().answers()) {
                case Origin.Nowhere() -> null;
                case Origin.At(var uri) -> uri;
                case Origin.InCertificate() -> {
                    URI named = CertificateUrls.responder(certificate)
                            .flatMap(Origin::parseUrl)
                            .orElse(null);
                    if (named == null) {
                        unknown(issuer, "the certificate names no OCSP responder");
                    }
                    yield named;
                }
            };
            if (responder == null) {
                return null;
            }
            switch (responders.ask(issuer, issuerCertificate, certificate, responder)) {
                case Answer.Good(), Answer.Pending() -> known = true;
                case Answer.IsRevoked(var revoked) -> {
                    return revoked(issuer, revoked, "OCSP");
                }
                case Answer.Unknown(var what) -> unknown(issuer, "the responder at " + responder + ": " + what);
            }
            return null;
        }

        private CertificateRevoked revoked(Issuer issuer, Revoked revoked, String by) {
            String serial = certificate.getSerialNumber().toString(16).toUpperCase(Locale.ROOT);
            return new CertificateRevoked(subject, serial, issuer.name(), revoked, by);
        }

        private void unknown(Issuer issuer, String what) {
            asked = issuer;
            why = new RevocationUnknown(
                    subject, Names.printed(issuer.certificate().getSubjectX500Principal()), what);
        }

        void conclude(X509Certificate issuer, boolean strictAnchor) {
            if (strict || strictAnchor) {
                if (unknown == null) {
                    unknown = why == null ? new RevocationUnknown(subject, name(issuer), nobody()) : why;
                }
            } else if (asked != null && why != null) {
                allowed.accept(
                        asked,
                        switch (why) {
                            case RevocationUnknown(var _, var _, var what) -> what;
                            case RevocationListStale stale -> "its next list was due at " + stale.nextUpdate();
                            case CertificateRevoked _ -> "";
                        });
            }
        }

        private static String nobody() {
            return "that issuer is registered without a list, a URL or a responder, or not at all, so nobody can be asked";
        }

        private static String name(X509Certificate issuer) {
            return Names.printed(issuer.getSubjectX500Principal());
        }
    }
}
