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
        Family.Counter injected =
                Family.counter("holdfast_fault_rules_fired", "Operations that a rule about faults has hit");
        for (Hub hub : hubs.all()) {
            String name = hub.name().value();
            hub.gate()
                    .throttled()
                    .forEach((operation, count) -> throttled.add(count, "hub", name, "operation", operation.word()));
            hub.gate()
                    .faults()
                    .counts()
                    .forEach((operation, actions) -> actions.forEach((action, count) ->
                            injected.add(count, "hub", name, "operation", operation.word(), "action", action.word())));
        }
        return Family.snapshots(throttled, injected);
    }
}
