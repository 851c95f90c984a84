package dev.holdfast.tls.listen;

import dev.holdfast.base.Limits;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.wire.Mount;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits behind a port.
 *
 * @param name what reports call it: {@code mqtt}, {@code amqp}, {@code https}
 * @param limits what a socket may do before the handshake is done; the protocol holds it to the time of the first packet
 * @param mount gets every connection whose handshake is done
 * @param policy for clients that name no host of ours, asked for each handshake; null for that of the directory
 */
public record Listener(
        String name,
        Limits.Arrival limits,
        Mount mount,
        @Nullable Supplier<TlsPolicy> policy) {
    /** With the directory's policy for clients that name no host of ours. */
    public Listener(String name, Limits.Arrival limits, Mount mount) {
        this(name, limits, mount, null);
    }
}
