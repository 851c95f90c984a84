package dev.holdfast.tls.identity;

import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.policy.ServerKeyType;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

/**
 * The chain for each key type, replaceable while the server runs: connections that are open keep theirs, the next handshake gets
 * the new one. Any thread may read and replace.
 */
public final class ServerIdentities {
    private static final int P256_BITS = 256;

    private record Chains(ServerChain rsa, ServerChain ecdsa) {
        Chains {
            if (!(rsa.leaf().getPublicKey() instanceof RSAPublicKey)) {
                throw new IllegalArgumentException("the RSA chain has a leaf with another key: " + rsa);
            }
            if (!(ecdsa.leaf().getPublicKey() instanceof ECPublicKey key)
                    || key.getParams().getCurve().getField().getFieldSize() != P256_BITS) {
                throw new IllegalArgumentException("the ECC chain has a leaf whose key is not on P-256: " + ecdsa);
            }
        }
    }

    /**
     * @param shown to every client but those of {@code here}
     * @param here to clients of this machine that name no host: commands must reach the server whatever an operator put in place
     */
    private record Current(Chains shown, Chains here) {}

    private volatile Current current;

    public ServerIdentities(ServerAuthorities authorities) {
        current = current(authorities);
    }

    /** All at once, so that no handshake sees one old and one new. */
    public void replace(ServerAuthorities authorities) {
        current = current(authorities);
    }

    private static Current current(ServerAuthorities authorities) {
        return new Current(
                new Chains(authorities.rsa(), authorities.ecc()),
                new Chains(authorities.ownRsa(), authorities.ownEcc()));
    }

    /** @param here for a client of this machine that names no other host than this machine */
    public ServerChain chain(ServerKeyType keyType, boolean here) {
        Current now = current;
        Chains chains = here ? now.here : now.shown;
        return switch (keyType) {
            case RSA -> chains.rsa;
            case ECDSA -> chains.ecdsa;
        };
    }
}
