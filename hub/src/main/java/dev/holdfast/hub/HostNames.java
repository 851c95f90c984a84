package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which hub a host name leads to: {@code {hub}.{domain}}, {@code {hub}.device.{domain}}, {@code {hub}.service.{domain}}, and the
 * names of this machine for the first hub, because {@code *.localhost} does not resolve on every system.
 *
 * @param domains in lower case, without a leading dot; the first one is in the connection strings
 * @param first the hub that {@code localhost} means
 */
public record HostNames(List<String> domains, HubName first) {
    /** The domain of an installation that was given none. */
    public static final String DEFAULT_DOMAIN = "holdfast.localhost";

    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "::1", "[::1]");
    private static final List<String> ROLES = List.of(".device", ".service");
    private static final int MAX_CHARS = 255;

    public HostNames {
        domains = List.copyOf(domains);
        if (domains.isEmpty()) {
            throw new IllegalArgumentException("an installation has at least one domain");
        }
    }

    /** The name of a hub under the first domain. */
    public String hostName(HubName hub) {
        return hostName(hub, domains.getFirst());
    }

    /** The name of a hub under one of the domains. */
    public String hostName(HubName hub, String domain) {
        return hub + "." + domain;
    }

    /** The names that belong to no hub and are answered all the same: devices are provisioned through them. */
    public List<String> shared() {
        return domains.stream().map(domain -> "global." + domain).toList();
    }

    /** Every name that leads to a hub, in lower case. */
    public List<String> allOf(HubName hub) {
        List<String> names = new ArrayList<>();
        for (String domain : domains) {
            names.add(hub + "." + domain);
            ROLES.forEach(role -> names.add(hub + role + "." + domain));
        }
        if (hub.equals(first)) {
            names.addAll(LOCAL);
        }
        return names;
    }

    /**
     * What a hub's connection strings say: its own name, or {@code localhost} for the first hub under the default domain, whose
     * names many systems do not resolve.
     */
    public String announced(HubName hub) {
        return hub.equals(first) && domains.getFirst().equals(DEFAULT_DOMAIN) ? "localhost" : hostName(hub);
    }

    /** The hub that a host name (any case, without port) leads to, whether it exists or not. */
    public Optional<HubName> hubOf(String hostName) {
        if (hostName.length() > MAX_CHARS) {
            return Optional.empty();
        }
        String host = hostName.toLowerCase(Locale.ROOT);
        if (LOCAL.contains(host)) {
            return Optional.of(first);
        }
        for (String domain : domains) {
            if (host.endsWith("." + domain)) {
                String label = host.substring(0, host.length() - domain.length() - 1);
                return HubName.parse(withoutRole(label));
            }
        }
        return Optional.empty();
    }

    private static String withoutRole(String label) {
        for (String role : ROLES) {
            if (label.endsWith(role)) {
                return label.substring(0, label.length() - role.length());
            }
        }
        return label;
    }
}
