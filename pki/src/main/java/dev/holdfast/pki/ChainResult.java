package dev.holdfast.pki;

import java.security.cert.X509Certificate;
import java.util.List;

/** The judgement on a chain that a device showed. */
public sealed interface ChainResult {
    /**
     * It leads to a registered authority, and nothing on the way is amiss.
     *
     * @param authority where it ends
     * @param path the certificates that count, leaf first, without the authority's own: what was shown, and registered
     *     intermediates that were not; what else was shown is ignored
     */
    record Trusted(ChainAnchor authority, List<X509Certificate> path) implements ChainResult {
        public Trusted {
            path = List.copyOf(path);
        }
    }

    record Refused(ChainRefusal why) implements ChainResult {}
}
