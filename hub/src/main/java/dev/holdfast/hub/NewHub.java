package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.telemetry.EventSource;
import java.util.Set;

/**
 * What an operator decides when a hub is made.
 *
 * @param partitions of its telemetry log, never changed later; within {@link HubSettings#PARTITIONS_MAX}
 * @param retentionDays how long telemetry is kept; within {@link HubSettings#RETENTION_MAX_DAYS}
 * @param tls what holds for its connections
 * @param events what it tells readers of its telemetry itself
 */
public record NewHub(HubName name, int partitions, int retentionDays, HubTls tls, Set<EventSource> events) {
    public static final int DEFAULT_PARTITIONS = 4;
    public static final int DEFAULT_RETENTION_DAYS = 1;

    public NewHub {
        events = Set.copyOf(events);
    }

    /** With nothing of its own about TLS, and of no events. */
    public NewHub(HubName name, int partitions, int retentionDays) {
        this(name, partitions, retentionDays, HubTls.STANDARD, Set.of());
    }

    /** A hub as most want it. */
    public static NewHub named(HubName name) {
        return new NewHub(name, DEFAULT_PARTITIONS, DEFAULT_RETENTION_DAYS);
    }
}
