package dev.holdfast.server;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.insight.drill.Drills;
import dev.holdfast.insight.drill.KnownDevice;
import dev.holdfast.insight.fleet.Fleet;
import dev.holdfast.insight.fleet.FleetDevice;
import dev.holdfast.insight.fleet.FleetQuery;
import dev.holdfast.insight.journal.Journal;
import dev.holdfast.insight.journal.JournalQuery;
import dev.holdfast.insight.trace.Traces;
import dev.holdfast.server.certificate.ServerCertificates;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What connections teach, in a database of its own. */
record Insight(EmbeddedTable table, Journal journal, Fleet fleet, Drills drills, Traces traces, Limits.Insight limits)
        implements AutoCloseable {
    static Insight open(
            Path file,
            Limits limits,
            HostNames hostNames,
            HubDirectory hubs,
            ServerCertificates certificates,
            InstantSource clock) {
        EmbeddedTable table = InsightFile.open(file, limits.storage(), clock);
        Function<String, Optional<String>> hubOf = host -> hostNames.hubOf(host).map(HubName::value);
        Fleet fleet = new Fleet(table, limits.insight(), clock);
        Journal journal = new Journal(table, limits.insight(), clock, System::nanoTime, fleet);
        Drills drills = new Drills(
                table,
                clock,
                System::nanoTime,
                (hub, world, serverName) -> isOfWorld(certificates, world, serverName)
                        && (serverName == null
                                || hubOf.apply(serverName).map(hub::equals).orElse(true)),
                (hub, device) -> isConnected(hubs, hub, device));
        return new Insight(table, journal, fleet, drills, new Traces(limits, clock, hubOf), limits.insight());
    }

    private static boolean isOfWorld(ServerCertificates certificates, String world, @Nullable String serverName) {
        return (serverName == null ? certificates.now() : certificates.worldOf(serverName))
                .world()
                .name()
                .equals(world);
    }

    private static boolean isConnected(HubDirectory hubs, String hub, String device) {
        return HubName.parse(hub)
                .flatMap(hubs::byName)
                .flatMap(found ->
                        Identity.parse(device).map(identity -> found.links().isConnected(identity)))
                .orElse(false);
    }

    /** Takes every refused or ended connection. */
    void refused(Report report) {
        journal.accept(report);
        drills.refused(report);
        traces.refused(report);
    }

    /** Takes every device that was let in. */
    void connected(DeviceConnected device) {
        fleet.accept(device);
        drills.connected(device);
        traces.connected(device);
    }

    /** How every device of all hubs came in last. */
    Stream<KnownDevice> known() {
        return fleet.all(FleetQuery.of(null)).flatMap(Insight::known);
    }

    private static Stream<KnownDevice> known(FleetDevice device) {
        String shape = device.shape();
        return shape == null
                ? Stream.empty()
                : Stream.of(new KnownDevice(
                        device.hub(),
                        device.device(),
                        device.listener(),
                        device.address(),
                        shape,
                        device.serverName(),
                        device.serverKey()));
    }

    /**
     * Forgets what is old.
     *
     * @param hubExists by its name
     */
    void dropOld(Predicate<String> hubExists) {
        journal.dropOld();
        fleet.dropOld(hubExists);
        drills.dropOld(hubExists, limits.deviceMaxAge());
    }

    /** Forgets a hub that was deleted: the drill and the records of its devices, and the reports that name it. Durable when this returns. */
    void forgetHub(String hub) {
        drills.forgetHub(hub);
        fleet.flush();
        fleet.dropOld(each -> !each.equals(hub));
        fleet.flush();
        journal.flush();
        int _ = journal.delete(new JournalQuery(hub, null, null, null, null, null, null));
    }

    @Override
    public void close() {
        drills.store();
        journal.close();
        fleet.close();
        table.close();
    }
}
