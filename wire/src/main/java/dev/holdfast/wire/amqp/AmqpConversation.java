package dev.holdfast.wire.amqp;

/**
 * What a face does on one connection. All calls come on the connection's event loop and return soon.
 *
 * <p>A link that came is accepted or refused, now or later; until then the peer waits.
 */
public interface AmqpConversation {
    /** The peer wants to receive. */
    void attached(OutgoingLink link);

    /** The peer wants to send. */
    void attached(IncomingLink link);

    /** The connection is over; all its links were told before. */
    void ended();
}
