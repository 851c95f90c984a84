package dev.holdfast.server.monitor;

import dev.holdfast.insight.fleet.Fleet;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** How much is known of devices. */
public record FleetMetrics(Fleet fleet) implements Exposition.Collector {
    @Override
    public List<MetricSnapshot> collect() {
        return Family.snapshots(
                Family.gauge("holdfast_fleet_devices", "Devices and modules whose last connection is known")
                        .set(fleet.size()));
    }
}
