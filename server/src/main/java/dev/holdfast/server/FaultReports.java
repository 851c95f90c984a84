package dev.holdfast.server;

import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.amqp.AmqpRefusal;
import dev.holdfast.wire.http.RefusedRequest;
import dev.holdfast.wire.http.RequestFault;
import dev.holdfast.wire.mqtt.MqttConnect;
import dev.holdfast.wire.mqtt.MqttFault;
import dev.holdfast.wire.websocket.WebSocketRefusal;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes reports of what the protocols refused before any face saw it. */
record FaultReports(InstantSource clock, Consumer<Report> reports) {
    void mqtt(Connection connection, @Nullable MqttConnect connect, MqttFault fault) {
        String _ = report(connection, fault.reason(), fault.explain(), fault);
    }

    /** Says the id of the report. */
    String amqp(Connection connection, AmqpRefusal refusal) {
        // What a face refused is told by its own parts.
        Object details = refusal instanceof AmqpRefusal.PlainRefused(var _, var _, var own) ? own : refusal;
        return report(connection, refusal.reason(), refusal.explain(), details);
    }

    /** Says the id of the report. */
    String http(RefusedRequest refused) {
        RequestFault fault = refused.fault();
        return report(refused.connection(), fault.reason(), fault.explain(), fault);
    }

    void webSocket(Connection connection, WebSocketRefusal refusal) {
        String _ = report(connection, refusal.reason(), refusal.explain(), refusal);
    }

    private String report(Connection connection, String reason, String explanation, @Nullable Object refusal) {
        Report report = Report.of(connection, clock.instant(), null, null, reason, explanation, refusal);
        reports.accept(report);
        return report.id();
    }
}
