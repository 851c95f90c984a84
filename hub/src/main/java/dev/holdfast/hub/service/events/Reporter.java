package dev.holdfast.hub.service.events;

import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import org.jspecify.annotations.Nullable;

/** Makes the reports of one connection. */
record Reporter(EventsSettings settings, Connection connection) {
    void report(@Nullable String hub, EventsRefusal refusal) {
        settings.reports()
                .accept(new Report(
                        settings.clock().instant(),
                        connection.listener(),
                        connection.remoteAddress(),
                        connection.id(),
                        hub,
                        null,
                        refusal.reason(),
                        refusal.explain()));
    }
}
