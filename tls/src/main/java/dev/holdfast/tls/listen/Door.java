package dev.holdfast.tls.listen;

import dev.holdfast.base.Limits;
import dev.holdfast.tls.identity.ServerIdentities;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.report.Report;
import dev.holdfast.tls.report.TlsExplanation;
import dev.holdfast.tls.report.TlsRefusal;
import dev.holdfast.wire.Connection;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every arrival needs of the door it came through. */
record Door(
        Limits limits,
        Directory directory,
        ServerIdentities identities,
        Contexts contexts,
        Executor handshakeThreads,
        Counters counters,
        InstantSource clock,
        Consumer<Report> reports) {
    private static final Logger LOG = LoggerFactory.getLogger(Door.class);

    void report(Connection connection, TlsRefusal why) {
        Report report = new Report(
                clock.instant(),
                connection.listener(),
                connection.remoteAddress(),
                connection.id(),
                null,
                null,
                why.reason(),
                TlsExplanation.of(why));
        try {
            reports.accept(report);
        } catch (RuntimeException e) {
            LOG.error("a report was not taken: {}", report, e);
        }
    }
}
