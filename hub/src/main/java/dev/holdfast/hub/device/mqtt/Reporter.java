package dev.holdfast.hub.device.mqtt;

import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes the reports of one connection. */
record Reporter(
        InstantSource clock,
        Consumer<Report> reports,
        Connection connection,
        @Nullable String hub,
        @Nullable String device) {

    /** @param refusal what the reason is the name of */
    void report(String reason, String explanation, Object refusal) {
        reports.accept(Report.of(connection, clock.instant(), hub, device, reason, explanation, refusal));
    }
}
