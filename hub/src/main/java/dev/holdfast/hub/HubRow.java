package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.identity.AccessRight;
import dev.holdfast.hub.identity.SharedAccessPolicy;
import dev.holdfast.hub.identity.SymmetricKey;
import dev.holdfast.hub.identity.SymmetricKeys;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a hub stands in its row: JSON. The host name is not in it, because the domain may change from start to start.
 *
 * @param deleting its deletion began and must be finished; nothing else of the row counts any more
 */
record HubRow(
        int partitions,
        int retentionDays,
        List<Policy> policies,
        List<String> consumerGroups,
        String createdAt,
        boolean deleting) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    record Policy(String name, List<String> rights, String primary, String secondary) {
        @Override
        public String toString() {
            return "Policy[" + name + "]";
        }
    }

    static HubRow of(HubSettings settings) {
        return new HubRow(
                settings.partitions(),
                settings.retentionDays(),
                settings.policies().stream().map(HubRow::policy).toList(),
                settings.consumerGroups(),
                settings.createdAt().toString(),
                false);
    }

    static HubRow read(Table.Row row) {
        try {
            return JSON.readValue(row.value(), HubRow.class);
        } catch (JacksonException e) {
            throw unreadable(row.key(), e);
        }
    }

    byte[] write() {
        return JSON.writeValueAsBytes(this);
    }

    HubRow withDeleting() {
        return new HubRow(partitions, retentionDays, policies, consumerGroups, createdAt, true);
    }

    HubSettings settings(HubName name, String hostName) {
        try {
            List<SharedAccessPolicy> read =
                    policies.stream().map(HubRow::policy).toList();
            return new HubSettings(
                    name, hostName, partitions, retentionDays, read, consumerGroups, Instant.parse(createdAt));
        } catch (IllegalArgumentException | NullPointerException | DateTimeException e) {
            throw unreadable(name.value(), e);
        }
    }

    private static Policy policy(SharedAccessPolicy policy) {
        return new Policy(
                policy.name(),
                policy.rights().stream().map(AccessRight::wireName).sorted().toList(),
                policy.keys().primary().base64(),
                policy.keys().secondary().base64());
    }

    private static SharedAccessPolicy policy(Policy row) {
        Set<AccessRight> rights = row.rights.stream().map(HubRow::right).collect(Collectors.toSet());
        return new SharedAccessPolicy(
                row.name, rights, new SymmetricKeys(new SymmetricKey(row.primary), new SymmetricKey(row.secondary)));
    }

    private static AccessRight right(String wireName) {
        return Stream.of(AccessRight.values())
                .filter(right -> right.wireName().equals(wireName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown right " + wireName));
    }

    private static StoreException unreadable(String hub, Exception cause) {
        return new StoreException("the row of hub '" + hub + "' can't be read", cause);
    }
}
