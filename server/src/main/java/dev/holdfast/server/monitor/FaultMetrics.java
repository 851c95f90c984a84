package dev.holdfast.server.monitor;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.fault.FaultOrders;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** Faults that devices asked for. Hubs and the closed list of kinds are the only names in it. */
public record FaultMetrics(HubDirectory hubs) implements Exposition.Collector {
    @Override
    public List<MetricSnapshot> collect() {
        Family.Counter injected =
                Family.counter("holdfast_faults_injected", "Faults that devices asked for and that were brought about");
        for (Hub hub : hubs.all()) {
            FaultOrders faults = hub.faults();
            if (faults.isAllowed()) {
                faults.counts()
                        .forEach((kind, count) ->
                                injected.add(count, "hub", hub.name().value(), "kind", kind.word()));
            }
        }
        return Family.snapshots(injected);
    }
}
