package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.identity.CertificateAuthority;
import dev.holdfast.hub.identity.HubAccess;
import dev.holdfast.hub.identity.SharedAccessPolicy;
import dev.holdfast.hub.telemetry.EventSource;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.throttle.Rate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything about a hub that an operator decides. Immutable; a change is a new value in the hub's {@code Live}.
 *
 * @param hostName what its connection strings say
 * @param partitions of the telemetry log; fixed when the hub is created
 * @param retentionDays 1 to 7
 * @param policies in the order in which they were made
 * @param consumerGroups besides {@code $Default}, which always exists
 * @param createdAt when the hub was made
 * @param authorities whose certificates let devices in, in the order in which they were registered
 * @param tls what holds for its connections
 * @param events what the hub itself tells readers of its telemetry
 * @param throttles what it says itself of how much may pass; of an operation that is missing here holds what is set for all hubs
 */
public record HubSettings(
        HubName name,
        String hostName,
        int partitions,
        int retentionDays,
        List<SharedAccessPolicy> policies,
        List<String> consumerGroups,
        Instant createdAt,
        List<CertificateAuthority> authorities,
        HubTls tls,
        Set<EventSource> events,
        Map<Operation, Rate> throttles)
        implements HubAccess {

    public static final String DEFAULT_CONSUMER_GROUP = "$Default";
    public static final int PARTITIONS_MAX = 32;
    public static final int RETENTION_MAX_DAYS = 7;

    public HubSettings {
        if (partitions < 1 || partitions > PARTITIONS_MAX) {
            throw new IllegalArgumentException("a hub has 1 to " + PARTITIONS_MAX + " partitions");
        }
        if (retentionDays < 1 || retentionDays > RETENTION_MAX_DAYS) {
            throw new IllegalArgumentException("a hub keeps telemetry for 1 to " + RETENTION_MAX_DAYS + " days");
        }
        policies = List.copyOf(policies);
        consumerGroups = List.copyOf(consumerGroups);
        authorities = List.copyOf(authorities);
        events = Set.copyOf(events);
        throttles = Map.copyOf(throttles);
    }

    /** A hub as most are made: no authority is registered, and it has nothing of its own about TLS. */
    public HubSettings(
            HubName name,
            String hostName,
            int partitions,
            int retentionDays,
            List<SharedAccessPolicy> policies,
            List<String> consumerGroups,
            Instant createdAt) {
        this(
                name,
                hostName,
                partitions,
                retentionDays,
                policies,
                consumerGroups,
                createdAt,
                List.of(),
                HubTls.STANDARD,
                Set.of(),
                Map.of());
    }

    /** These settings with other consumer groups besides {@code $Default}. */
    HubSettings withConsumerGroups(List<String> groups) {
        return new HubSettings(
                name,
                hostName,
                partitions,
                retentionDays,
                policies,
                groups,
                createdAt,
                authorities,
                tls,
                events,
                throttles);
    }

    HubSettings withPolicies(List<SharedAccessPolicy> others) {
        return new HubSettings(
                name,
                hostName,
                partitions,
                retentionDays,
                others,
                consumerGroups,
                createdAt,
                authorities,
                tls,
                events,
                throttles);
    }

    HubSettings withAuthorities(List<CertificateAuthority> others) {
        return new HubSettings(
                name,
                hostName,
                partitions,
                retentionDays,
                policies,
                consumerGroups,
                createdAt,
                others,
                tls,
                events,
                throttles);
    }

    HubSettings withTls(HubTls other) {
        return new HubSettings(
                name,
                hostName,
                partitions,
                retentionDays,
                policies,
                consumerGroups,
                createdAt,
                authorities,
                other,
                events,
                throttles);
    }

    HubSettings withEvents(Set<EventSource> others) {
        return new HubSettings(
                name,
                hostName,
                partitions,
                retentionDays,
                policies,
                consumerGroups,
                createdAt,
                authorities,
                tls,
                others,
                throttles);
    }

    HubSettings withThrottles(Map<Operation, Rate> others) {
        return new HubSettings(
                name,
                hostName,
                partitions,
                retentionDays,
                policies,
                consumerGroups,
                createdAt,
                authorities,
                tls,
                events,
                others);
    }

    @Override
    public Optional<SharedAccessPolicy> policy(String policyName) {
        return policies.stream()
                .filter(policy -> policy.name().equals(policyName))
                .findFirst();
    }

    /** Whether there is such a consumer group; Event Hubs clients spell them in any case. */
    public boolean hasConsumerGroup(String group) {
        return group.equalsIgnoreCase(DEFAULT_CONSUMER_GROUP)
                || consumerGroups.stream().anyMatch(group::equalsIgnoreCase);
    }
}
