package dev.holdfast.tls.peer;

import dev.holdfast.wire.Connection;
import org.jspecify.annotations.Nullable;

/**
 * A finished handshake: what was negotiated and what the peer proved. Recorded as a fact of the connection before any protocol
 * is mounted on it. Its opposite is the policy, which speaks of handshakes to come.
 *
 * @param version as JSSE names it: {@code TLSv1.2}, {@code TLSv1.3}
 * @param cipherSuite the IANA name
 * @param serverName the SNI name as sent; null when none was, which some clients do; others send an address
 * @param resumed whether a session was resumed; what the peer proved then was proved in the first handshake
 */
public record Handshake(
        String version, String cipherSuite, @Nullable String serverName, boolean resumed, PeerIdentity peer) {

    public static Handshake of(Connection connection) {
        return connection.fact(Handshake.class);
    }
}
