package dev.holdfast.hub.service.events;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import org.jspecify.annotations.Nullable;

/** Makes the reports of one connection. */
record Reporter(EventsSettings settings, Connection connection) {
    /**
     * @param hub one of this installation; null when none of them was asked for
     * @return the id of the report
     */
    String report(@Nullable HubName hub, EventsRefusal refusal) {
        Report report = Report.of(
                connection,
                settings.clock().instant(),
                hub == null ? null : hub.value(),
                refusal instanceof EventsRefusal.DeviceOverAmqp(var device) ? device : null,
                refusal.reason(),
                refusal.explain(new Commands(hub)),
                refusal);
        settings.reports().accept(report);
        return report.id();
    }
}
