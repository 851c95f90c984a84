package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/**
 * What an installation shows as a server in one trust world: for each of RSA and ECC its own chain, made at its first start, or one
 * that an operator gave instead.
 *
 * <p>Its own, RSA: root and intermediate 3072, leaf 2048. ECC: root and intermediate P-384, leaf P-256. Roots last 20 years,
 * intermediates 10, leaves 397 days. A leaf that has fewer than 30 days left, or other names than the domains ask for, is made
 * anew; opening again while the server runs is how it renews without a restart.
 *
 * @param rsa shown to clients that can verify RSA signatures, which is nearly every one
 * @param ecc shown to clients that can't
 * @param ownRsa the installation's own, equal to {@code rsa} unless an operator gave one; {@code ownEcc} likewise
 * @param bundle the roots that clients of this world are to trust
 * @param trustBundle the file with them
 */
public record ServerAuthorities(
        TrustWorld world,
        ServerChain rsa,
        ServerChain ecc,
        ServerChain ownRsa,
        ServerChain ownEcc,
        TrustBundle bundle,
        Path trustBundle) {
    /** As {@link ServerCertificateStore#open}, of the default world. */
    public static ServerAuthorities openOrCreate(
            Path data, List<String> domains, Limits.Certificates limits, InstantSource clock) throws IOException {
        return new ServerCertificateStore(data, domains, limits, clock).open();
    }

    public ServerChain shown(ServerSlot slot) {
        return switch (slot) {
            case RSA -> rsa;
            case ECDSA -> ecc;
        };
    }

    public ServerChain own(ServerSlot slot) {
        return switch (slot) {
            case RSA -> ownRsa;
            case ECDSA -> ownEcc;
        };
    }
}
