package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.ChainRefusal.AuthorityShown;
import dev.holdfast.pki.ChainRefusal.ChainTooLong;
import dev.holdfast.pki.ChainRefusal.NoAuthorityRegistered;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Judges whether the certificates that a device showed lead to a registered authority. Facts in, a named result out: no network,
 * no state, nothing remembered, so that a change of what is registered counts at once.
 *
 * <p>Everything shown is an attacker's choice except that he holds the private key of the first certificate. The number of
 * certificates, of signature checks, and of what certificates hold, and the size of a key that is checked with, are bounded. Any
 * thread.
 */
public final class ChainCheck {
    private final Limits.Certificates limits;
    private final ChainContents contents;

    public ChainCheck(Limits.Certificates limits) {
        this.limits = limits;
        this.contents = new ChainContents(limits.chainContents());
    }

    /**
     * @param shown as the device sent it: its own certificate first, the others in any order, some twice, some not of the chain;
     *     with the authority's own certificate or without
     * @param anchors the registered authorities
     */
    public ChainResult check(List<X509Certificate> shown, List<ChainAnchor> anchors, Instant now) {
        return check(shown, anchors, now, new ChainBudget(limits.chainMaxCost()));
    }

    /** @param budget tells afterwards what the check took */
    ChainResult check(List<X509Certificate> shown, List<ChainAnchor> anchors, Instant now, ChainBudget budget) {
        if (shown.size() > limits.chainMaxCertificates()) {
            return new ChainResult.Refused(new ChainTooLong(shown.size(), limits.chainMaxCertificates()));
        }
        ChainRefusal tooMuch = contents.faultOf(shown);
        if (tooMuch != null) {
            return new ChainResult.Refused(tooMuch);
        }
        X509Certificate leaf = shown.getFirst();
        if (anchors.isEmpty()) {
            return new ChainResult.Refused(new NoAuthorityRegistered(Names.printed(leaf.getIssuerX500Principal())));
        }
        Optional<ChainAnchor> itself = anchors.stream()
                .filter(anchor -> anchor.certificate().getPublicKey().equals(leaf.getPublicKey()))
                .findFirst();
        return itself.isPresent()
                ? new ChainResult.Refused(new AuthorityShown(itself.get().name()))
                : new ChainWalk(shown, anchors, limits, now, budget).walk();
    }
}
