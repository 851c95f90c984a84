package dev.holdfast.tls.trace;

import java.time.Duration;

/**
 * Something that one side sent, as far as it can be seen from outside.
 *
 * <p>{@code at} is the time since the beginning at which its last byte was there.
 */
public sealed interface Seen {
    Side from();

    Duration at();

    /** On the wire: of a message its header and body, of everything else the whole record. */
    int bytes();

    /** A handshake message in the clear. Several may share a record, and one may need several records. */
    record Message(Side from, Duration at, int bytes, HandshakeMessage message) implements Seen {}

    /** Change cipher spec. In TLS 1.3 it means nothing and is there for middleboxes of before (RFC 8446 D.4). */
    record CipherChange(Side from, Duration at, int bytes) implements Seen {}

    /**
     * An alert in the clear.
     *
     * @param code as sent; {@link AlertDescription#of} knows most of them
     */
    record Alert(Side from, Duration at, int bytes, boolean fatal, int code) implements Seen {}

    /** A record that only the other side can read. */
    record Encrypted(Side from, Duration at, int bytes) implements Seen {}

    /**
     * Bytes that are not TLS or break its rules; what this side sends after them is not looked at.
     *
     * @param what as a clause
     */
    record Unreadable(Side from, Duration at, int bytes, String what) implements Seen {}
}
