package dev.holdfast.hub.identity;

import dev.holdfast.tls.peer.PeerIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What a client offers to be let in as a device: the identity it names, the token it sent (null when none or empty) and what the
 * handshake proved.
 *
 * @param password as sent; it may hold a token, or rubbish
 */
public record DeviceCredentials(Identity identity, @Nullable String password, PeerIdentity peer) {
    @Override
    public String toString() {
        return "DeviceCredentials[" + identity + "]";
    }
}
