package dev.holdfast.server.monitor;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.throttle.FaultAction;
import dev.holdfast.hub.throttle.Operation;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;

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
            if (hub.gate().faults().isAllowed()) {
                addRules(injected, name, hub.gate().faults().counts());
            }
        }
        return Family.snapshots(throttled, injected);
    }

    /** Those that hit nothing yet, too. */
    private static void addRules(Family.Counter injected, String hub, Map<Operation, Map<FaultAction, Long>> counts) {
        for (Operation operation : Operation.values()) {
            for (FaultAction action : FaultAction.values()) {
                long count = counts.getOrDefault(operation, Map.of()).getOrDefault(action, 0L);
                injected.add(count, "hub", hub, "operation", operation.word(), "action", action.word());
            }
        }
    }
}
