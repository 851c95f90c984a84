package dev.holdfast.server.monitor;

import dev.holdfast.server.certificate.ServerCertificates;
import dev.holdfast.server.certificate.ShownCertificate;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** When the certificates end that clients are shown, so that somebody can be told in time. */
public record CertificateMetrics(ServerCertificates certificates) implements Exposition.Collector {
    private record Place(String world, String keyType, String level) {}

    @Override
    public List<MetricSnapshot> collect() {
        // Of several intermediates the one that ends first counts.
        Map<Place, Long> ends = new TreeMap<>(
                Comparator.comparing(Place::world).thenComparing(Place::keyType).thenComparing(Place::level));
        for (ShownCertificate each : certificates.all()) {
            ends.merge(
                    new Place(
                            each.world(),
                            ShownCertificate.word(each.slot()),
                            each.level().word()),
                    each.end().getEpochSecond(),
                    Math::min);
        }
        Family.Gauge gauge = Family.gauge(
                "holdfast_certificate_expiry_seconds",
                "When a certificate that clients are shown ends, in seconds since 1970");
        ends.forEach(
                (place, end) -> gauge.set(end, "world", place.world, "key_type", place.keyType, "level", place.level));
        return Family.snapshots(gauge);
    }
}
