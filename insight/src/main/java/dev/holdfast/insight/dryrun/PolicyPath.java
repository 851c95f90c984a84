package dev.holdfast.insight.dryrun;

import dev.holdfast.tls.policy.TlsPolicy;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which policies a connection meets on its way to a hub, as they are or as they would be after a change. One that says by its name
 * (SNI) which hub it is for meets that hub's alone; any other is judged by the one of the listener or of another hub first, and what
 * was negotiated by the hub's own after that.
 */
public interface PolicyPath {
    /** The policy that judges a hello; empty when the name leads nowhere. */
    Optional<TlsPolicy> ofHello(String listener, @Nullable String serverName);

    /** The policy that judges a finished handshake once more when it turns out to be for a hub; empty when none does. */
    Optional<TlsPolicy> ofHandshake(String hub, @Nullable String serverName);
}
