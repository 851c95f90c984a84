package dev.holdfast.server.policy;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.insight.dryrun.DryRun;
import dev.holdfast.insight.dryrun.PolicyPath;
import dev.holdfast.insight.fleet.Fleet;
import dev.holdfast.insight.fleet.FleetDevice;
import dev.holdfast.insight.fleet.FleetQuery;
import dev.holdfast.tls.policy.TlsPolicy;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a change of policies would do to the registered devices that are known. Blocks on the disk, for a second at most. */
public final class Rehearsal {
    private final Fleet fleet;
    private final HubDirectory hubs;
    private final PolicyPaths paths;
    private final InstantSource clock;

    public Rehearsal(Fleet fleet, HubDirectory hubs, PolicyPaths paths, InstantSource clock) {
        this.fleet = fleet;
        this.hubs = hubs;
        this.paths = paths;
        this.clock = clock;
    }

    /** If a hub had another policy. */
    public DryRun ifHubHad(HubName hub, TlsPolicy policy) {
        return run(paths.ifHubHad(hub, policy));
    }

    /** If the policy of this name were another one. */
    public DryRun ifPolicyWere(TlsPolicy policy) {
        return run(paths.ifPolicyWere(policy));
    }

    /** A hub tries another policy, or the same one anew: whom it would refuse is reported once more. */
    public void trialBegins(HubName hub) {
        for (FleetDevice device : fleet.all(FleetQuery.of(hub.value())).toList()) {
            boolean _ = fleet.tell(device.hub(), device.device(), null);
        }
    }

    private DryRun run(PolicyPath after) {
        Map<String, Set<String>> registered = new HashMap<>();
        return DryRun.of(
                fleet,
                paths.now(),
                after,
                clock.instant(),
                // A device or module that was deleted can't be lost.
                device -> registered
                        .computeIfAbsent(device.hub(), this::registered)
                        .contains(device.device()));
    }

    private Set<String> registered(String hub) {
        return HubName.parse(hub)
                .flatMap(hubs::byName)
                .map(found -> names(found).collect(Collectors.toSet()))
                .orElse(Set.of());
    }

    /** The devices and modules of a hub. */
    private static Stream<String> names(Hub hub) {
        return Stream.concat(hub.registry().ids().stream(), hub.registry().modules().names().stream());
    }

    /** The registered devices and modules of a hub that were never let in as far as is known, in order. */
    public List<String> neverSeen(Hub hub) {
        Set<String> seen = fleet.all(FleetQuery.of(hub.name().value()))
                .map(FleetDevice::device)
                .collect(Collectors.toSet());
        return names(hub).filter(name -> !seen.contains(name)).sorted().toList();
    }
}
