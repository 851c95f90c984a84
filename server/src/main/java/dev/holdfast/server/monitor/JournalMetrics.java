package dev.holdfast.server.monitor;

import dev.holdfast.insight.journal.Journal;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** How the journal of refused connections fares. */
public record JournalMetrics(Journal journal) implements Exposition.Collector {
    @Override
    public List<MetricSnapshot> collect() {
        Journal.Counts counts = journal.counts();
        return Family.snapshots(
                Family.gauge("holdfast_journal_reports", "Reports of refused connections that are kept")
                        .set(counts.kept()),
                Family.counter("holdfast_journal_reports_written", "Reports by what became of them")
                        .add(counts.stored(), "result", "stored")
                        .add(counts.leftOut(), "result", "counted")
                        .add(counts.lost(), "result", "lost"));
    }
}
