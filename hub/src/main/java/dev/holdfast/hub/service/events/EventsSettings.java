package dev.holdfast.hub.service.events;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.TlsAdmission;
import dev.holdfast.tls.report.Report;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What all connections of the endpoint share.
 *
 * @param threads run what reads files, in production one virtual thread a task
 */
record EventsSettings(
        HubDirectory hubs,
        TlsAdmission admission,
        Limits limits,
        InstantSource clock,
        Executor threads,
        Consumer<Report> reports,
        PartitionReaders readers,
        DeliveryCounters deliveries) {

    /** Whether a host name leads to any hub of this installation. */
    boolean isOwnHost(String hostName) {
        return hubs.byHostName(hostName).isPresent();
    }
}
