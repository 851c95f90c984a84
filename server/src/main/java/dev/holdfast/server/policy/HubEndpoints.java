package dev.holdfast.server.policy;

import dev.holdfast.base.Live;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.TlsPolicy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Keeps the directory of host names that the front door asks in step with the hubs. Any thread. */
public final class HubEndpoints {
    private final HubDirectory hubs;
    private final HostNames hostNames;
    private final Directory directory;
    private final Live<TlsPolicy> byDefault;
    private final Set<String> published = new HashSet<>();

    /** @param byDefault for names that lead nowhere and still are answered */
    public HubEndpoints(HubDirectory hubs, HostNames hostNames, Directory directory, Live<TlsPolicy> byDefault) {
        this.hubs = hubs;
        this.hostNames = hostNames;
        this.directory = directory;
        this.byDefault = byDefault;
    }

    /** Publishes the names of the hubs that there are, and takes back those of hubs that are gone. */
    public synchronized void publish() {
        Map<String, Live<TlsPolicy>> names = new HashMap<>();
        // Its names are answered even while there is no such hub: hubs are made through them.
        hostNames.allOf(hostNames.first()).forEach(name -> names.put(name, byDefault));
        hostNames.shared().forEach(name -> names.put(name, byDefault));
        for (Hub hub : hubs.all()) {
            hostNames.allOf(hub.name()).forEach(name -> names.put(name, hub.tls()));
        }
        names.forEach(directory::put);
        published.stream().filter(name -> !names.containsKey(name)).forEach(directory::remove);
        published.clear();
        published.addAll(names.keySet());
    }
}
