package dev.holdfast.server.monitor;

import dev.holdfast.insight.dryrun.ReportOnly;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** Whom policies that are only tried would have refused. */
public record ReportOnlyMetrics(ReportOnly reportOnly) implements Exposition.Collector {
    @Override
    public List<MetricSnapshot> collect() {
        Family.Counter refusals = Family.counter(
                "holdfast_report_only_refusals",
                "Connections that were let in and that the policy which their hub only tries would refuse");
        reportOnly.counts().forEach((kind, count) -> refusals.add(count, "hub", kind.hub(), "reason", kind.reason()));
        return Family.snapshots(refusals);
    }
}
