package dev.holdfast.server.monitor;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** All metrics as text. The numbers are kept where things happen and are read when somebody asks. Any thread. */
public final class Exposition {
    private static final int FIRST_BYTES = 16 * 1024;

    /** A part of the installation that has numbers to tell. Quick; no family comes from two of them. */
    @FunctionalInterface
    public interface Collector {
        List<MetricSnapshot> collect();
    }

    /** @param contentType as HTTP names the format */
    record Page(String contentType, byte[] text) {}

    private final List<Collector> collectors = new CopyOnWriteArrayList<>();

    public void add(Collector collector) {
        collectors.add(collector);
    }

    /** @param accept the request's Accept field, empty for none: OpenMetrics where it is named, the Prometheus text format else */
    Page write(String accept) {
        List<MetricSnapshot> all = new ArrayList<>();
        collectors.forEach(collector -> all.addAll(collector.collect()));
        ExpositionFormatWriter writer = accept.toLowerCase(Locale.ROOT).contains("application/openmetrics-text")
                ? OpenMetricsTextFormatWriter.create()
                : PrometheusTextFormatWriter.create();
        ByteArrayOutputStream text = new ByteArrayOutputStream(FIRST_BYTES);
        try {
            writer.write(text, new MetricSnapshots(all));
        } catch (IOException e) {
            throw new UncheckedIOException("an array can't be written to", e);
        }
        return new Page(writer.getContentType(), text.toByteArray());
    }
}
