package dev.holdfast.hub.revocation;

import dev.holdfast.pki.Names;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;

/** Which registered authority issued which: remembered, because a signature is checked for it. Any thread. */
final class IssuedBy implements BiPredicate<X509Certificate, X509Certificate> {
    /** More than the authorities of a hub make; what was deleted meanwhile goes with the rest. */
    private static final int PAIRS_MAX = 1000;

    private record Pair(X509Certificate issued, X509Certificate issuer) {}

    private final Map<Pair, Boolean> known = new ConcurrentHashMap<>();

    @Override
    public boolean test(X509Certificate issued, X509Certificate issuer) {
        if (!Names.same(issued.getIssuerX500Principal(), issuer.getSubjectX500Principal())) {
            return false;
        }
        if (known.size() > PAIRS_MAX) {
            known.clear();
        }
        return known.computeIfAbsent(new Pair(issued, issuer), pair -> Names.isIssuedBy(pair.issued, pair.issuer));
    }
}
