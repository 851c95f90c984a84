package dev.holdfast.tls.listen;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.tls.hello.HelloShapes;
import dev.holdfast.tls.identity.ChainChooser;
import dev.holdfast.tls.identity.ServerIdentities;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.GroupPreference;
import dev.holdfast.tls.report.Report;
import dev.holdfast.tls.report.TlsExplanation;
import dev.holdfast.tls.report.TlsRefusal;
import dev.holdfast.tls.trace.Recordings;
import dev.holdfast.wire.Connection;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every arrival needs of the door it came through. */
record Door(
        Limits limits,
        Directory directory,
        ServerIdentities identities,
        ChainChooser chooser,
        Supplier<GroupPreference> groups,
        Contexts contexts,
        HelloShapes shapes,
        Executor handshakeThreads,
        Guests guests,
        Counters counters,
        AtomicBoolean closing,
        Recordings recordings,
        InstantSource clock,
        Consumer<Report> reports) {
    private static final Logger LOG = LoggerFactory.getLogger(Door.class);

    /** Says nothing while the door closes: what ends then, this server has ended. */
    void report(Connection connection, TlsRefusal why) {
        if (closing.get()) {
            return;
        }
        Instant now = clock.instant();
        Report report = Report.of(
                        connection,
                        now,
                        null,
                        null,
                        why.reason(),
                        TlsExplanation.of(why, now, commands(connection)),
                        why)
                .with(AlertSeen.of(why));
        try {
            reports.accept(report);
        } catch (RuntimeException e) {
            LOG.error("a report was not taken: {}", report, e);
        }
    }

    /** Of the hub whose name the client asked for: the first label of its host names is the name of a hub. */
    private Commands commands(Connection connection) {
        return Offer.of(connection)
                .map(Offer::serverName)
                .flatMap(name -> directory.find(name, null))
                .filter(Directory.Endpoint::registered)
                .flatMap(endpoint -> HubName.parse(endpoint.name().split("\\.", 2)[0]))
                .map(Commands::new)
                .orElse(Commands.OF_NO_HUB);
    }
}
