package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.service.events.EventsPart;
import dev.holdfast.insight.dryrun.ReportOnly;
import dev.holdfast.server.backup.Backups;
import dev.holdfast.server.certificate.ServerCertificates;
import dev.holdfast.server.monitor.BackupMetrics;
import dev.holdfast.server.monitor.CertificateMetrics;
import dev.holdfast.server.monitor.CommandMetrics;
import dev.holdfast.server.monitor.DoorMetrics;
import dev.holdfast.server.monitor.Exposition;
import dev.holdfast.server.monitor.FaultMetrics;
import dev.holdfast.server.monitor.FleetMetrics;
import dev.holdfast.server.monitor.GateMetrics;
import dev.holdfast.server.monitor.Health;
import dev.holdfast.server.monitor.HubMetrics;
import dev.holdfast.server.monitor.JournalMetrics;
import dev.holdfast.server.monitor.Monitor;
import dev.holdfast.server.monitor.MonitorFace;
import dev.holdfast.server.monitor.ProcessMetrics;
import dev.holdfast.server.monitor.RefusalCounter;
import dev.holdfast.server.monitor.ReportOnlyMetrics;
import dev.holdfast.server.monitor.RequestCounter;
import dev.holdfast.server.monitor.RevocationMetrics;
import dev.holdfast.server.monitor.StoreMetrics;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.tls.listen.FrontDoor;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one run tells about itself: its metrics and its health, and where they are answered. */
final class Monitoring {
    private static final Set<String> NAMED_ANOTHER = Set.of("UnknownHub", "UnknownHost");
    private static final String TRY_SCOPE = "installation";
    private static final String TRY_KIND = "write-test";

    private final Health health = new Health();
    private final Exposition exposition = new Exposition();
    private final RequestCounter requests = new RequestCounter();
    private final RefusalCounter refusals;
    private final RefusalLog refusalLog;
    private volatile @Nullable Insight insight;
    private volatile @Nullable HubDirectory hubs;

    Monitoring(Limits.Installation limits) {
        refusals = new RefusalCounter(limits.monitoring().reasonsMax());
        refusalLog = new RefusalLog(limits.refusalLines(), System::nanoTime);
        exposition.add(refusals);
        exposition.add(new ProcessMetrics(health));
        exposition.add(requests);
    }

    Health health() {
        return health;
    }

    RequestCounter requests() {
        return requests;
    }

    /** Counts what is refused, writes it to the log, and keeps it in the journal from when that is open. */
    Consumer<Report> refused() {
        Consumer<Report> all = refusals.andThen(refusalLog).andThen(this::keep);
        return report -> all.accept(ofHub(report));
    }

    /** What is refused in TLS or right behind it knows of no hub; the name that the client asked for does. */
    private Report ofHub(Report report) {
        HubDirectory known = hubs;
        Connection connection = report.connection();
        if (known == null || connection == null || report.hub() != null || namedAnother(report, connection)) {
            return report;
        }
        return connection
                .known(Offer.class)
                .map(Offer::serverName)
                .flatMap(known::byHostName)
                .map(hub -> report.ofHub(hub.name().value()))
                .orElse(report);
    }

    /** HTTP requests name a host of their own, and so may what else comes behind the handshake. */
    private static boolean namedAnother(Report report, Connection connection) {
        return connection.known(Handshake.class).isPresent()
                && (report.listener().startsWith("https") || NAMED_ANOTHER.contains(report.reason()));
    }

    private void keep(Report report) {
        Insight open = insight;
        if (open != null) {
            open.refused(report);
        }
    }

    void watch(Insight opened) {
        insight = opened;
        exposition.add(new JournalMetrics(opened.journal()));
        exposition.add(new FleetMetrics(opened.fleet()));
    }

    void watch(ReportOnly reportOnly) {
        exposition.add(new ReportOnlyMetrics(reportOnly));
    }

    RefusalLog refusalLog() {
        return refusalLog;
    }

    /** Begins to answer, at first that the server starts. */
    Monitor listen(Config.Metrics where, Limits limits, InstantSource clock) throws StartFailure {
        try {
            return new Monitor(
                    new InetSocketAddress(where.address(), where.port()),
                    new MonitorFace(health, exposition),
                    limits,
                    clock,
                    refused());
        } catch (BindException e) {
            throw new StartFailure(
                    e.getMessage()
                            + " Choose another port with --metrics-port, or turn it off with --metrics-port off.",
                    e);
        }
    }

    static Ready.@Nullable Monitoring describe(@Nullable Monitor monitor) {
        if (monitor == null) {
            return null;
        }
        String host = monitor.address().getAddress().getHostAddress();
        String url = "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + monitor.address().getPort();
        return new Ready.Monitoring(url + "/metrics", url + "/health/ready", url + "/health/live");
    }

    void watch(EmbeddedTable table, TelemetryLogs logs) {
        exposition.add(new StoreMetrics(logs::counts, table::counts));
        health.watch(() -> table.counts().failing()
                ? "The state database can't be written; look at the space and the health of its disk."
                : null);
        health.watch(() -> {
            List<String> failing = logs.counts().entrySet().stream()
                    .filter(log -> log.getValue().failing())
                    .map(log -> "'" + log.getKey() + "'")
                    .toList();
            return failing.isEmpty()
                    ? null
                    : "The telemetry log of hub " + String.join(", ", failing)
                            + " can't store; look at the space and the health of its disk.";
        });
    }

    void watch(Hubs opened) {
        hubs = opened;
        refusals.watch(opened);
    }

    void watch(FrontDoor door, Hubs hubs, EventsPart events) {
        exposition.add(new DoorMetrics(door));
        exposition.add(new HubMetrics(hubs, events));
        exposition.add(new CommandMetrics(hubs));
        exposition.add(new FaultMetrics(hubs));
        exposition.add(new GateMetrics(hubs));
        exposition.add(new RevocationMetrics(hubs));
    }

    void watch(DiskSpace space) {
        health.watch(space);
    }

    void watch(Backups backups) {
        exposition.add(new BackupMetrics(backups));
    }

    void watch(ServerCertificates certificates) {
        exposition.add(new CertificateMetrics(certificates));
    }

    /** Finds out whether what can't be written can be again: who is sent no work because of it would never notice. */
    static void tryFailing(EmbeddedTable table, TelemetryLogs logs) {
        logs.tryFailing();
        if (table.counts().failing()) {
            var _ = table.transact(TRY_SCOPE, rows -> rows.put(TRY_KIND, "last", new byte[0]));
        }
    }
}
