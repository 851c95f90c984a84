package dev.holdfast.tls.policy;

import dev.holdfast.base.Live;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which policy a host name has. Filled from outside; any thread may read and change it, and a change holds from the next
 * handshake on.
 *
 * <p>A client that sends no name, a name that nobody registered, or an address in the place of a name gets the default policy:
 * official clients do all three, and the name a connection is really for comes with the protocol's first packet.
 */
public final class Directory {
    /**
     * Where a handshake is headed.
     *
     * @param name the registered name in lower case; empty for the default
     * @param policy as it is now
     */
    public record Endpoint(String name, TlsPolicy policy) {}

    private static final String DEFAULT = "";

    private final Live<TlsPolicy> defaultPolicy;
    private final Map<String, Live<TlsPolicy>> named = new ConcurrentHashMap<>();

    public Directory(Live<TlsPolicy> defaultPolicy) {
        this.defaultPolicy = defaultPolicy;
    }

    /** Registers a host name, in any case, or replaces its policy. */
    public void put(String hostName, Live<TlsPolicy> policy) {
        named.put(hostName.toLowerCase(Locale.ROOT), policy);
    }

    public void remove(String hostName) {
        named.remove(hostName.toLowerCase(Locale.ROOT));
    }

    /** @param serverName what SNI says; null when there is none */
    public Endpoint find(@Nullable String serverName) {
        if (serverName != null) {
            String name = serverName.toLowerCase(Locale.ROOT);
            Live<TlsPolicy> policy = named.get(name);
            if (policy != null) {
                return new Endpoint(name, policy.get());
            }
        }
        return new Endpoint(DEFAULT, defaultPolicy.get());
    }

    /** Whether an endpoint that was found is still there. */
    public boolean has(String endpointName) {
        return endpointName.equals(DEFAULT) || named.containsKey(endpointName);
    }
}
