package dev.holdfast.tls.peer;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a client proved in the handshake. It holds the private key of the leaf; nothing else is known: the chain may be
 * self-signed, expired or foreign. Whether it is good enough for a device is judged when the protocol names the device.
 */
public sealed interface PeerIdentity {
    /** No certificate was shown. */
    record Anonymous() implements PeerIdentity {}

    /** The chain as the client sent it, leaf first, never empty. */
    record Certificates(List<X509Certificate> chain) implements PeerIdentity {
        public Certificates {
            chain = List.copyOf(chain);
            if (chain.isEmpty()) {
                throw new IllegalArgumentException("a chain has a leaf");
            }
        }

        public X509Certificate leaf() {
            return chain.getFirst();
        }
    }
}
