package dev.holdfast.wire.amqp;

import dev.holdfast.wire.Connection;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A part of the server that answers on AMQP. The faces of a server are asked in order; the first one that claims a connection has
 * it. Called on event loops: nothing here blocks.
 */
public interface AmqpFace {
    /** Whether this connection is for this face; asked when the peer's {@code open} came. */
    boolean claims(AmqpPeer peer);

    /** Starts the conversation with a peer that this face claimed; links come after it returned. */
    AmqpConversation open(AmqpConnection connection);

    /**
     * Judges SASL PLAIN. The verdict is given once, on any thread, now or soon: the socket is not read until then.
     *
     * @param hostName of the SASL layer, null when the peer named none; often it does not
     */
    void judgePlain(
            Connection connection,
            @Nullable String hostName,
            String user,
            String password,
            Consumer<PlainVerdict> verdict);

    /**
     * The names of link properties, filters and capabilities that this face reads. Everything else that peers send is dropped
     * before it is decoded.
     */
    Set<String> symbols();
}
