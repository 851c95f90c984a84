package dev.holdfast.hub.service.events;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.HubDirectory;
import java.time.InstantSource;
import java.util.concurrent.Executor;

/**
 * What all connections of the endpoint share.
 *
 * @param threads run what reads files, in production one virtual thread a task
 */
record EventsSettings(
        HubDirectory hubs,
        Limits limits,
        InstantSource clock,
        Executor threads,
        PartitionReaders readers,
        DeliveryCounters deliveries) {

    /** Whether a host name leads to any hub of this installation. */
    boolean isOwnHost(String hostName) {
        return hubs.byHostName(hostName).isPresent();
    }
}
