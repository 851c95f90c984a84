package dev.holdfast.tls.report;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hello was accepted, and the handshake failed after it; or the connection broke a rule of the front door. */
public sealed interface HandshakeFailure extends TlsRefusal {
    /**
     * The client ended the handshake with an alert: it did not like what it was shown.
     *
     * @param alert the alert's name in RFC 8446
     */
    record AlertReceived(String alert, Shown shown) implements HandshakeFailure {
        /** The alert is in the word: the same case with another alert has another cause. */
        @Override
        public String reason() {
            StringBuilder word = new StringBuilder("ClientAlert");
            for (String part : alert.split("_")) {
                if (!part.isEmpty()) {
                    word.append(Character.toUpperCase(part.charAt(0))).append(part, 1, part.length());
                }
            }
            return word.toString();
        }
    }

    /**
     * The engine found a message of the client's at fault.
     *
     * @param what in the engine's words
     */
    record HandshakeRejected(String what) implements HandshakeFailure {}

    /**
     * This server could not sign: the key of the chain to be shown is in a token that does not answer.
     *
     * @param key the URI of the key
     */
    record ServerKeyLost(String key) implements HandshakeFailure {}

    record HandshakeTooSlow(Duration maxTime) implements HandshakeFailure {}

    /** The time was over while the handshake waited for this server's processors. */
    record ServerBusy(Duration maxTime) implements HandshakeFailure {}

    /** The client went away after its hello, without a word. */
    record ClosedInHandshake(Shown shown) implements HandshakeFailure {}

    /** A second handshake in a running TLS 1.2 connection; no client needs one and it has been a way to attack. */
    record RenegotiationRefused() implements HandshakeFailure {}

    /** A long run of TLS records with nothing in them for the protocol: key updates or empty ones. */
    record NoApplicationData() implements HandshakeFailure {}

    /** Told once each time that the cap is reached. */
    record TooManySockets(int max) implements HandshakeFailure {}

    /**
     * One source has its share of the sockets open; told once in a time for each.
     *
     * @param max from one IPv4 address, or one /64 network of IPv6
     */
    record TooManySocketsFromAddress(int max, Duration toldEvery) implements HandshakeFailure {}

    /**
     * What the client saw of the server.
     *
     * @param root subject of the root that the chain shown leads to
     * @param names what the leaf is good for
     * @param serverName what the client asked for; null when it named none
     * @param notBefore from when to {@code notAfter} all of the certificates shown are valid
     */
    record Shown(String root, List<String> names, @Nullable String serverName, Instant notBefore, Instant notAfter) {
        public Shown {
            names = List.copyOf(names);
        }
    }
}
