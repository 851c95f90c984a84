package dev.holdfast.server.monitor;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.service.events.EventsPart;
import dev.holdfast.hub.telemetry.Intake;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** What each hub does. The hubs are the only names in it. */
public record HubMetrics(HubDirectory hubs, EventsPart events) implements Exposition.Collector {
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public List<MetricSnapshot> collect() {
        Family.Gauge connected = Family.gauge("holdfast_devices_connected", "Devices and modules connected now");
        Family.Counter messages = Family.counter("holdfast_telemetry_messages", "Telemetry messages stored");
        Family.Counter bytes = Family.counter("holdfast_telemetry_bytes", "Bodies and properties of stored messages");
        Family.Counter refused = Family.counter("holdfast_telemetry_refused_messages", "Telemetry messages refused");
        Family.Counter refusedBytes =
                Family.counter("holdfast_telemetry_refused_bytes", "Bodies and properties of refused messages");
        Family.Distribution durable = Family.histogram(
                "holdfast_telemetry_durable_seconds",
                "Time from taking a telemetry message until it was on disk",
                NANOS_PER_SECOND);
        Family.Gauge readers = Family.gauge("holdfast_readers", "AMQP links that read telemetry now");
        Family.Counter delivered = Family.counter("holdfast_delivered_messages", "Messages handed to AMQP readers");
        Family.Counter deliveredBytes = Family.counter("holdfast_delivered_bytes", "AMQP bytes of those messages");
        for (Hub hub : hubs.all()) {
            String name = hub.name().value();
            hub.links()
                    .countByProtocol()
                    .forEach((protocol, count) -> connected.set(count, "hub", name, "protocol", protocol));
            Intake.Counts taken = hub.intake().counts();
            messages.add(taken.messages(), "hub", name);
            bytes.add(taken.bytes(), "hub", name);
            durable.add(taken.durableNanos(), "hub", name);
            taken.refused().forEach((reason, count) -> {
                refused.add(count.messages(), "hub", name, "reason", reason);
                refusedBytes.add(count.bytes(), "hub", name, "reason", reason);
            });
            EventsPart.Counts read = events.counts(hub.name());
            readers.set(read.readers(), "hub", name);
            delivered.add(read.messages(), "hub", name);
            deliveredBytes.add(read.bytes(), "hub", name);
        }
        return Family.snapshots(
                connected, messages, bytes, refused, refusedBytes, durable, readers, delivered, deliveredBytes);
    }
}
