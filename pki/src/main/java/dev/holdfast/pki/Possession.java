package dev.holdfast.pki;

import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Whether somebody holds the key of an authority: shown by a certificate that it signed for something which nobody could know before.
 *
 * <p>Only the signature counts. How long the certificate is valid and what it is for do not matter, because it opens nothing.
 */
public final class Possession {
    private Possession() {}

    /** Whether the authority's key signed it; the name of the issuer that it bears proves nothing. */
    public static boolean isSignedBy(X509Certificate proof, X509Certificate authority) {
        try {
            proof.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException | ProviderException e) {
            return false;
        }
    }

    /** Why its signature proves nothing, whoever made it, for a sentence "it has …"; null when nothing is wrong with it. */
    public static @Nullable String weakness(X509Certificate proof) {
        return Strength.weakness(proof);
    }
}
