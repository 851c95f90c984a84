package dev.holdfast.pki;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server shows and signs with. Its text form never shows the key.
 *
 * @param shown the certificates to send, leaf first, without the root: whoever does not have the root can't trust a sent one
 * @param key the leaf's private key
 * @param root what a client has to trust; the uppermost one shown when who issued that is not known here
 * @param token where the key is when it is in a token; else null
 */
public record ServerChain(
        List<X509Certificate> shown,
        PrivateKey key,
        X509Certificate root,
        @Nullable TokenKeyUri token) {
    /** With a key of its own. */
    public ServerChain(List<X509Certificate> shown, PrivateKey key, X509Certificate root) {
        this(shown, key, root, null);
    }

    public ServerChain {
        shown = List.copyOf(shown);
        if (shown.isEmpty()) {
            throw new IllegalArgumentException("a chain has a leaf");
        }
    }

    public X509Certificate leaf() {
        return shown.getFirst();
    }

    /** Whether a client that trusts {@link #root} has the end of the chain; else that is as far up as is known here. */
    public boolean rootIsKnown() {
        return Names.isIssuedBy(root, root);
    }

    @Override
    public String toString() {
        return "ServerChain[" + leaf().getSubjectX500Principal().getName() + " under "
                + root.getSubjectX500Principal().getName() + "]";
    }
}
