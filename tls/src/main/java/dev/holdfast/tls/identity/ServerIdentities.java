package dev.holdfast.tls.identity;

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

    private volatile Chains current;

    /**
     * @param rsa with an RSA leaf
     * @param ecc with a leaf on P-256
     */
    public ServerIdentities(ServerChain rsa, ServerChain ecc) {
        current = new Chains(rsa, ecc);
    }

    /** Both at once, so that no handshake sees one old and one new. */
    public void replace(ServerChain rsa, ServerChain ecc) {
        current = new Chains(rsa, ecc);
    }

    public ServerChain chain(ServerKeyType keyType) {
        Chains now = current;
        return switch (keyType) {
            case RSA -> now.rsa;
            case ECDSA -> now.ecdsa;
        };
    }
}
