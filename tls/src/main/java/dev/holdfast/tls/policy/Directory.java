package dev.holdfast.tls.policy;

import dev.holdfast.base.Live;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which policy a host name has. Filled from outside; any thread may read and change it, and a change holds from the next
 * handshake on.
 *
 * <p>A client that sends no name, a name of another domain, or an address in the place of a name gets the default policy: official
 * clients do all three, and the name a connection is really for comes with the protocol's first packet. A name of our own domains
 * that nobody registered leads nowhere, and that is said at once.
 */
public final class Directory {
    /**
     * Where a handshake is headed.
     *
     * @param name the registered name, or one of our own domains itself, in lower case; empty for the default
     * @param registered whether the policy is the name's own
     * @param policy as it is now
     */
    public record Endpoint(String name, boolean registered, TlsPolicy policy) {}

    private static final String DEFAULT = "";

    private final Live<TlsPolicy> defaultPolicy;
    private final List<String> domains;
    private final Map<String, Live<TlsPolicy>> named = new ConcurrentHashMap<>();

    /** With no domain of its own: every name that nobody registered gets the default. */
    public Directory(Live<TlsPolicy> defaultPolicy) {
        this(defaultPolicy, List.of());
    }

    /** @param domains in lower case, without a dot before them: names below them lead nowhere unless they are registered */
    public Directory(Live<TlsPolicy> defaultPolicy, List<String> domains) {
        this.defaultPolicy = defaultPolicy;
        this.domains = List.copyOf(domains);
    }

    /** Registers a host name, in any case, or replaces its policy. */
    public void put(String hostName, Live<TlsPolicy> policy) {
        named.put(hostName.toLowerCase(Locale.ROOT), policy);
    }

    public void remove(String hostName) {
        named.remove(hostName.toLowerCase(Locale.ROOT));
    }

    /**
     * Where a name leads; empty for a name of our own domains that leads nowhere.
     *
     * @param serverName what SNI says; null when there is none
     * @param fallback for a name that isn't registered, and for none; null for the installation's default
     */
    public Optional<Endpoint> find(@Nullable String serverName, @Nullable TlsPolicy fallback) {
        String place = DEFAULT;
        if (serverName != null) {
            String name = withoutLastDot(serverName.toLowerCase(Locale.ROOT));
            Live<TlsPolicy> policy = named.get(name);
            if (policy != null) {
                return Optional.of(new Endpoint(name, true, policy.get()));
            }
            if (domains.stream().anyMatch(domain -> name.endsWith("." + domain))) {
                return Optional.empty();
            }
            if (domains.contains(name)) {
                // It may be shown another chain than who names none of our domains.
                place = name;
            }
        }
        return Optional.of(new Endpoint(place, false, fallback != null ? fallback : defaultPolicy.get()));
    }

    /** A name may be written with the root's dot at its end. */
    private static String withoutLastDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /** Whether an endpoint that was found is still there. */
    public boolean has(String endpointName) {
        return endpointName.equals(DEFAULT) || named.containsKey(endpointName) || domains.contains(endpointName);
    }
}
