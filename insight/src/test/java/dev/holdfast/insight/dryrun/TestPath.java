package dev.holdfast.insight.dryrun;

import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.policy.TlsPolicy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Hubs with a policy each, named {@code HUB.example}; who names none of them is judged by the listener's. */
record TestPath(TlsPolicy listener, Map<String, TlsPolicy> hubs) implements PolicyPath {
    static TlsPolicy policy(String name) {
        return NamedPolicies.find(name).orElseThrow().policy();
    }

    static TestPath of(String listener, String hub1) {
        return new TestPath(policy(listener), Map.of("hub1", policy(hub1), "hub2", policy("hub-2025")));
    }

    TestPath with(String hub, TlsPolicy policy) {
        Map<String, TlsPolicy> others = new HashMap<>(hubs);
        others.put(hub, policy);
        return new TestPath(listener, others);
    }

    @Override
    public Optional<TlsPolicy> ofHello(String ignored, @Nullable String serverName) {
        if (serverName == null || !serverName.endsWith(".example")) {
            return Optional.of(listener);
        }
        return Optional.ofNullable(hubs.get(serverName.replace(".example", "")));
    }

    @Override
    public Optional<TlsPolicy> ofHandshake(String hub, @Nullable String serverName) {
        return (hub + ".example").equals(serverName) ? Optional.empty() : Optional.ofNullable(hubs.get(hub));
    }
}
