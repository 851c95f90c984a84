package dev.holdfast.wire.amqp;

import dev.holdfast.wire.Connection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who connected, as far as the protocol says it.
 *
 * @param hostName of {@code open}, else of SASL, in lower case and without port; null when the peer named none
 */
public record AmqpPeer(
        Connection connection, SaslIdentity sasl, @Nullable String hostName) {
    /** A host name as it is compared: lower case, without port; null for none. */
    static @Nullable String normal(@Nullable String hostName) {
        if (hostName == null || hostName.isEmpty()) {
            return null;
        }
        int colon = hostName.lastIndexOf(':');
        boolean port = colon > 0
                && (hostName.indexOf(':') == colon || hostName.charAt(colon - 1) == ']')
                && hostName.chars().skip(colon + 1L).allMatch(Character::isDigit);
        return (port ? hostName.substring(0, colon) : hostName).toLowerCase(Locale.ROOT);
    }
}
