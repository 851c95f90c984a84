package dev.holdfast.tls.peer;

import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.wire.Connection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client offered and how that was judged, whether the handshake came to an end or not. A fact of the connection from its
 * ClientHello on.
 *
 * @param shape of its hello, one object for all clients alike
 * @param serverName the SNI name as sent; null when none was
 * @param randomTime {@link ClientHello#randomTime}
 * @param policy the name of the policy that judged; null when the name that the client asked for leads nowhere
 * @param group what the key exchange was predicted to use; null when it is none of this server's, or the client was refused
 * @param chain what the client was shown, or would have been in a full handshake; null when it was refused before
 * @param candidate whether that is not the usual chain but one on trial
 */
public record Offer(
        HelloShape shape,
        @Nullable String serverName,
        long randomTime,
        @Nullable String policy,
        @Nullable NamedGroup group,
        @Nullable ServerChain chain,
        boolean candidate) {

    /** Empty where no hello was understood. */
    public static Optional<Offer> of(Connection connection) {
        return connection.known(Offer.class);
    }
}
