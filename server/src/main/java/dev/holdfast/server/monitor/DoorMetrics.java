package dev.holdfast.server.monitor;

import dev.holdfast.tls.listen.FrontDoor;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** Sockets and handshakes. */
public record DoorMetrics(FrontDoor door) implements Exposition.Collector {
    @Override
    public List<MetricSnapshot> collect() {
        FrontDoor.Counts counts = door.counts();
        Family.Counter handshakes = Family.counter("holdfast_tls_handshakes", "TLS handshakes that were finished");
        door.handshakes()
                .forEach(each -> handshakes.add(
                        each.count(), "version", each.version(), "kind", each.resumed() ? "resumed" : "full"));
        Family.Counter failures = Family.counter("holdfast_tls_handshake_failures", "TLS handshakes that failed");
        door.failures().forEach(each -> failures.add(each.count(), "version", each.version(), "reason", each.reason()));
        return Family.snapshots(
                Family.gauge("holdfast_sockets_open", "Sockets open now, over all TLS listeners")
                        .set(counts.open()),
                Family.counter("holdfast_sockets_accepted", "Sockets let in").add(counts.accepted()),
                Family.counter("holdfast_sockets_turned_away", "Sockets closed at once because too many were open")
                        .add(counts.turnedAway()),
                Family.counter("holdfast_sockets_closed_unused", "Sockets whose client went away without a byte")
                        .add(counts.closedUnused()),
                handshakes,
                failures);
    }
}
