package dev.holdfast.hub;

import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.policy.TlsPolicy;
import java.util.Optional;

/** The TLS policies that come with the server, and no others. */
public final class NamedTls implements HubPolicies {
    @Override
    public Optional<TlsPolicy> find(String name) {
        return NamedPolicies.find(name).map(NamedPolicies.Named::policy);
    }

    @Override
    public String defaultName() {
        return NamedPolicies.DEFAULT;
    }
}
