package dev.holdfast.server;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Live;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.Hubs;
import dev.holdfast.insight.dryrun.ReportOnly;
import dev.holdfast.server.policy.HubEndpoints;
import dev.holdfast.server.policy.PolicyPaths;
import dev.holdfast.server.policy.PolicyStore;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.TlsPolicy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The TLS policies of this installation at work: by name, by host and by listener. */
final class TlsPolicies {
    private final PolicyStore store;
    private final Config.Policies names;
    private final Map<String, Live<TlsPolicy>> named = new HashMap<>();
    private final Directory directory;
    private final Hubs hubs;
    private final HubName first;
    private final HubEndpoints endpoints;
    private final PolicyPaths paths;

    /** @throws StartFailure when the settings name a policy that there is not */
    TlsPolicies(PolicyStore store, Config.Policies names, HostNames hostNames, Hubs hubs) throws StartFailure {
        this.store = store;
        this.names = names;
        this.hubs = hubs;
        this.first = hostNames.first();
        for (String name : names.names()) {
            named.put(name, new Live<>(find(store, name)));
        }
        Live<TlsPolicy> byDefault = live(names.byDefault());
        directory = new Directory(byDefault, hostNames.domains());
        endpoints = new HubEndpoints(hubs, hostNames, directory, byDefault);
        endpoints.publish();
        paths = new PolicyPaths(
                hubs,
                first,
                directory,
                store,
                new PolicyPaths.OfSettings(names.byDefault(), names.mqtt(), names.amqp(), names.https()));
    }

    /** @throws StartFailure when there is none of this name */
    static TlsPolicy find(PolicyStore store, String name) throws StartFailure {
        return store.find(name)
                .orElseThrow(() -> new StartFailure("The settings name the TLS policy '" + name
                        + "', and there is none. Correct tls.policy or listeners.*.policy."));
    }

    PolicyStore store() {
        return store;
    }

    Config.Policies names() {
        return names;
    }

    Directory directory() {
        return directory;
    }

    /**
     * For clients of a listener that name no host of ours. Devices and readers that name none mean the first hub, as those do that
     * name {@code localhost}: by name alone, a Java client can't say that in its handshake.
     *
     * @param name what the settings say, or null
     */
    Supplier<TlsPolicy> ofHubListener(@Nullable String name) {
        return name != null
                ? live(name)
                : () -> hubs.byName(first).map(hub -> hub.tls().get()).orElseGet(live(names.byDefault()));
    }

    /** The same for HTTPS, where the operator comes in and should not be locked out by what a hub was given; null for the default. */
    @Nullable
    Supplier<TlsPolicy> ofOperatorListener(@Nullable String name) {
        return name == null ? null : live(name);
    }

    private Live<TlsPolicy> live(String name) {
        Live<TlsPolicy> live = named.get(name);
        if (live == null) {
            throw new IllegalStateException("not a policy of the settings: " + name);
        }
        return live;
    }

    /** What connections meet. */
    PolicyPaths paths() {
        return paths;
    }

    /** The policy that a hub only tries; empty for none, and for a hub that is gone. */
    Optional<ReportOnly.Tried> tried(String name) {
        Optional<Hub> hub = HubName.parse(name).flatMap(hubs::byName);
        return hub.map(found -> found.settings().get().tls().reportOnly())
                .flatMap(store::find)
                .map(policy -> new ReportOnly.Tried(
                        policy, paths.ifHubHad(hub.orElseThrow().name(), policy)));
    }

    /** After hubs were made or deleted. */
    void hubsChanged() {
        endpoints.publish();
    }

    /** After a policy was changed. */
    void refresh() {
        named.forEach((name, live) -> store.find(name).ifPresent(policy -> live.update(_ -> policy)));
        hubs.refreshTls();
    }
}
