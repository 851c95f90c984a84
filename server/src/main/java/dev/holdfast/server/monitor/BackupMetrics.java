package dev.holdfast.server.monitor;

import dev.holdfast.server.backup.Backups;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Instant;
import java.util.List;

/** When the newest backup was made, so that somebody can be told that it is too old. */
public record BackupMetrics(Backups backups) implements Exposition.Collector {
    @Override
    public List<MetricSnapshot> collect() {
        Instant last = backups.lastFinished();
        return Family.snapshots(Family.gauge(
                        "holdfast_backup_time_seconds",
                        "When the newest backup since the start was handed over, in seconds since 1970; 0 before the first")
                .set(last == null ? 0 : last.getEpochSecond()));
    }
}
