package dev.holdfast.tls.trace;

import dev.holdfast.tls.hello.ClientHello;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A handshake message that was sent in the clear: in TLS 1.3 the hellos alone, before it all but the two Finished. */
public sealed interface HandshakeMessage {
    /** The name that the specification gives it. */
    default String messageName() {
        return switch (this) {
            case Hello _ -> "ClientHello";
            case ServerChoice(var hello) -> hello.isRetryRequest() ? "HelloRetryRequest" : "ServerHello";
            case Certificates _ -> "Certificate";
            case CertificateStatus _ -> "CertificateStatus";
            case ServerKey _ -> "ServerKeyExchange";
            case CertificateRequest _ -> "CertificateRequest";
            case ServerHelloDone _ -> "ServerHelloDone";
            case ClientKey _ -> "ClientKeyExchange";
            case CertificateVerify _ -> "CertificateVerify";
            case NewSessionTicket _ -> "NewSessionTicket";
            case Other(var type) -> "handshake message of type " + type;
            case Malformed(var type, var _) -> "unreadable handshake message of type " + type;
        };
    }

    record Hello(ClientHello hello) implements HandshakeMessage {}

    /** A ServerHello, or a HelloRetryRequest, which has its form. */
    record ServerChoice(ServerHello hello) implements HandshakeMessage {}

    /** @param sizes bytes of each certificate; empty when a client has none to show */
    record Certificates(List<Integer> sizes) implements HandshakeMessage {
        public Certificates {
            sizes = List.copyOf(sizes);
        }
    }

    /** What the certificate's authority says of its revocation, stapled. */
    record CertificateStatus() implements HandshakeMessage {}

    /**
     * @param group of the key exchange; empty when the message has none that can be read
     * @param scheme code of the signature; null where the version or the suite has none
     */
    record ServerKey(Optional<String> group, @Nullable Integer scheme) implements HandshakeMessage {}

    /**
     * @param schemes codes of the signatures that the server can verify; empty before TLS 1.2
     * @param authorities how many issuers the server names
     */
    record CertificateRequest(List<Integer> schemes, int authorities) implements HandshakeMessage {
        public CertificateRequest {
            schemes = List.copyOf(schemes);
        }
    }

    record ServerHelloDone() implements HandshakeMessage {}

    record ClientKey() implements HandshakeMessage {}

    /** @param scheme code of the signature; null before TLS 1.2 */
    record CertificateVerify(@Nullable Integer scheme) implements HandshakeMessage {}

    /** @param lifetimeSeconds a hint */
    record NewSessionTicket(long lifetimeSeconds, int ticketBytes) implements HandshakeMessage {}

    record Other(int type) implements HandshakeMessage {}

    /** @param what breaks the rules, as a clause */
    record Malformed(int type, String what) implements HandshakeMessage {}
}
