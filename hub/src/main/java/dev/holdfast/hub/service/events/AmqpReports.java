package dev.holdfast.hub.service.events;

import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.amqp.AmqpRefusal;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Turns what AMQP itself refused, before any hub was asked, into reports. */
public final class AmqpReports implements BiConsumer<Connection, AmqpRefusal> {
    private final InstantSource clock;
    private final Consumer<Report> reports;

    public AmqpReports(InstantSource clock, Consumer<Report> reports) {
        this.clock = clock;
        this.reports = reports;
    }

    @Override
    public void accept(Connection connection, AmqpRefusal refusal) {
        reports.accept(new Report(
                clock.instant(),
                connection.listener(),
                connection.remoteAddress(),
                connection.id(),
                null,
                null,
                refusal.reason(),
                refusal.explain()));
    }
}
