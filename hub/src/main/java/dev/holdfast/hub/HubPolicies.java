package dev.holdfast.hub;

import dev.holdfast.tls.policy.TlsPolicy;
import java.util.Optional;

/** The TLS policies of this installation, as hubs find theirs. Any thread; never blocks for long. */
public interface HubPolicies {
    /** The policy of this name; empty when there is none. */
    Optional<TlsPolicy> find(String name);

    /** The name of the policy of a hub that was given none. */
    String defaultName();

    /** What holds for a hub. A policy that is missing, which a damaged store could bring about, is replaced by the default. */
    default TlsPolicy of(HubTls tls) {
        return find(tls.policyName(defaultName()))
                .or(() -> find(defaultName()))
                .orElseThrow(() -> new IllegalStateException("the default policy is missing: " + defaultName()));
    }
}
