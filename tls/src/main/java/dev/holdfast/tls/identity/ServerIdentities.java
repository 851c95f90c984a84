package dev.holdfast.tls.identity;

import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.pki.TrustWorld;
import dev.holdfast.tls.policy.ServerKeyType;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The chain for each world and key type, replaceable while the server runs: connections that are open keep theirs, the next handshake gets
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
    private record Current(TrustWorld world, Chains shown, Chains here) {}

    /** The default world first. */
    private volatile List<Current> current;

    /** Of an installation with one world. */
    public ServerIdentities(ServerAuthorities authorities) {
        this(List.of(authorities));
    }

    /** @param worlds the default one first */
    public ServerIdentities(List<ServerAuthorities> worlds) {
        current = current(worlds);
    }

    /** All at once, so that no handshake sees one old and one new. */
    public void replace(List<ServerAuthorities> worlds) {
        current = current(worlds);
    }

    private static List<Current> current(List<ServerAuthorities> worlds) {
        return worlds.stream()
                .map(each -> new Current(
                        each.world(), new Chains(each.rsa(), each.ecc()), new Chains(each.ownRsa(), each.ownEcc())))
                .toList();
    }

    /**
     * @param serverName what the client asks for (SNI), which says its world; null, or a name of no domain, is for the default one
     * @param here for a client of this machine that names no other host than this machine
     */
    public ServerChain chain(@Nullable String serverName, ServerKeyType keyType, boolean here) {
        Current now = find(serverName);
        Chains chains = here ? now.here : now.shown;
        return switch (keyType) {
            case RSA -> chains.rsa;
            case ECDSA -> chains.ecdsa;
        };
    }

    private Current find(@Nullable String serverName) {
        List<Current> worlds = current;
        if (serverName != null && worlds.size() > 1) {
            for (Current each : worlds) {
                if (each.world.has(serverName)) {
                    return each;
                }
            }
        }
        return worlds.getFirst();
    }
}
