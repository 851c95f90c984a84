package dev.holdfast.server.monitor;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** What the gate of each hub did not let pass. The hubs are the only names in it. */
public record GateMetrics(HubDirectory hubs) implements Exposition.Collector {
    @Override
    public List<MetricSnapshot> collect() {
        Family.Counter throttled =
                Family.counter("holdfast_throttled", "Operations that a throttle of their hub did not let pass");
        for (Hub hub : hubs.all()) {
            String name = hub.name().value();
            hub.gate()
                    .throttled()
                    .forEach((operation, count) -> throttled.add(count, "hub", name, "operation", operation.word()));
        }
        return Family.snapshots(throttled);
    }
}
