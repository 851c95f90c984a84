package dev.holdfast.tls.identity;

import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.policy.ServerKeyType;
import dev.holdfast.wire.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Shows some clients another chain than all the others. It is asked before the client has named itself, so it knows what the socket
 * and the hello tell and no more. Called on event loops: quick.
 */
@FunctionalInterface
public interface ChainChooser {
    /** Everybody is shown the same. */
    ChainChooser NONE = (connection, serverName, shape, keyType) -> null;

    /**
     * @param serverName what the client asks for (SNI); null when it names none
     * @param keyType what the client can use, as the policy decided
     * @return null for the usual chain; else one whose leaf has that key type
     */
    @Nullable
    ServerChain choose(Connection connection, @Nullable String serverName, HelloShape shape, ServerKeyType keyType);
}
