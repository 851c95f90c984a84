package dev.holdfast.server.monitor;

import dev.holdfast.base.Histogram;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * Metrics of one name while they are collected. Label names and values come in pairs; a value is from a closed list or the name of
 * a hub, never what a client chose.
 */
sealed interface Family {
    MetricSnapshot snapshot();

    /** @param name without {@code _total}, which the formats add */
    static Counter counter(String name, String help) {
        return new Counter(CounterSnapshot.builder().name(name).help(help));
    }

    static Gauge gauge(String name, String help) {
        return new Gauge(GaugeSnapshot.builder().name(name).help(help));
    }

    /** @param divisor what one unit of the metric is in what was observed: a thousand million for nanoseconds in seconds */
    static Distribution histogram(String name, String help, double divisor) {
        return new Distribution(HistogramSnapshot.builder().name(name).help(help), divisor);
    }

    static List<MetricSnapshot> snapshots(Family... families) {
        List<MetricSnapshot> snapshots = new ArrayList<>();
        for (Family family : families) {
            snapshots.add(family.snapshot());
        }
        return snapshots;
    }

    record Counter(CounterSnapshot.Builder builder) implements Family {
        Counter add(long value, String... labels) {
            return add((double) value, labels);
        }

        Counter add(double value, String... labels) {
            builder.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .value(value)
                    .labels(Labels.of(labels))
                    .build());
            return this;
        }

        @Override
        public MetricSnapshot snapshot() {
            return builder.build();
        }
    }

    record Gauge(GaugeSnapshot.Builder builder) implements Family {
        Gauge set(long value, String... labels) {
            return set((double) value, labels);
        }

        Gauge set(double value, String... labels) {
            builder.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .value(value)
                    .labels(Labels.of(labels))
                    .build());
            return this;
        }

        @Override
        public MetricSnapshot snapshot() {
            return builder.build();
        }
    }

    record Distribution(HistogramSnapshot.Builder builder, double divisor) implements Family {
        Distribution add(Histogram.Snapshot seen, String... labels) {
            ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
            for (int i = 0; i < seen.counts().size(); i++) {
                double upper =
                        i < seen.upperBounds().size() ? seen.upperBounds().get(i) / divisor : Double.POSITIVE_INFINITY;
                buckets.bucket(upper, seen.counts().get(i));
            }
            builder.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .classicHistogramBuckets(buckets.build())
                    .sum(seen.sum() / divisor)
                    .labels(Labels.of(labels))
                    .build());
            return this;
        }

        @Override
        public MetricSnapshot snapshot() {
            return builder.build();
        }
    }
}
