package dev.holdfast.hub.amqp;

import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import dev.holdfast.wire.amqp.PlainVerdict;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What answers behind some of the addresses of a hub: to devices, to who reads telemetry. One connection may have links of several parts, side by side. All
 * calls come on event loops and return soon.
 */
public interface AmqpPart {
    /** The names of link properties, filters and capabilities that it reads. */
    Set<String> symbols();

    /** Judges SASL PLAIN; the verdict is given once, on any thread. */
    void judgePlain(PlainOffer offer, Consumer<PlainVerdict> verdict);

    /** Begins with a connection, before its first link. */
    Session open(HubConnection connection);

    /** One connection, as a part sees it. */
    interface Session {
        /** The peer wants to receive; false when the address is none of this part's. */
        boolean attached(OutgoingLink link, LinkAddress source);

        /** The peer wants to send; false when the address is none of this part's. */
        boolean attached(IncomingLink link, LinkAddress target);

        /** Judges a token; the verdict is given once, on any thread. */
        void put(ShownToken token, Consumer<PutVerdict> verdict);

        /** Whether something was shown that is good for something here. */
        boolean isAuthorized();

        /** Looks whether what is open still may be; called every few seconds. */
        void judgeAgain();

        /** The connection is over; its links were told before. */
        void ended();
    }
}
