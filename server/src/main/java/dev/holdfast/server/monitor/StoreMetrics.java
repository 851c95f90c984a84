package dev.holdfast.server.monitor;

import dev.holdfast.store.embedded.EmbeddedLog;
import dev.holdfast.store.embedded.EmbeddedTable;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the storage does.
 *
 * @param logs by the name of their hub
 */
public record StoreMetrics(Supplier<Map<String, EmbeddedLog.Counts>> logs, Supplier<EmbeddedTable.Counts> table)
        implements Exposition.Collector {
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public List<MetricSnapshot> collect() {
        Family.Distribution syncs = Family.histogram(
                "holdfast_log_sync_seconds", "Time of each sync of the telemetry log, one a batch", NANOS_PER_SECOND);
        Family.Distribution batches =
                Family.histogram("holdfast_log_batch_records", "Messages in each batch of the telemetry log", 1);
        Family.Counter bytes = Family.counter("holdfast_log_written_bytes", "Bytes of the batches");
        Family.Counter failures = Family.counter("holdfast_log_failures", "Batches that could not be stored");
        Family.Gauge failing =
                Family.gauge("holdfast_log_failing", "1 while the last batch of a partition could not be stored");
        logs.get().forEach((hub, counts) -> {
            syncs.add(counts.syncNanos(), "hub", hub);
            batches.add(counts.batchRecords(), "hub", hub);
            bytes.add(counts.batchBytes(), "hub", hub);
            failures.add(counts.failed(), "hub", hub);
            failing.set(counts.failing() ? 1 : 0, "hub", hub);
        });
        EmbeddedTable.Counts rows = table.get();
        return Family.snapshots(
                syncs,
                batches,
                bytes,
                failures,
                failing,
                Family.counter("holdfast_table_transactions", "Transactions of the state database that were stored")
                        .add(rows.transactions()),
                Family.histogram(
                                "holdfast_table_commit_seconds",
                                "Time of each commit of the state database, which stores one transaction or several",
                                NANOS_PER_SECOND)
                        .add(rows.commitNanos()),
                Family.counter("holdfast_table_failures", "Transactions that the state database could not store")
                        .add(rows.failed()),
                Family.gauge("holdfast_table_failing", "1 while the last commit of the state database failed")
                        .set(rows.failing() ? 1 : 0));
    }
}
