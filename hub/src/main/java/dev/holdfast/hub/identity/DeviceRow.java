package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a {@link Device} stands in its row: JSON with the credentials of its kind of authentication only. Members that an older
 * release did not write are null.
 */
record DeviceRow(
        String generation,
        boolean enabled,
        String statusReason,
        String statusUpdated,
        String authentication,
        @Nullable String primary,
        @Nullable String secondary,
        boolean edge,
        @Nullable String scope,
        @Nullable List<String> parentScopes) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static Device read(Table.Row row) {
        try {
            DeviceRow stored = JSON.readValue(row.value(), DeviceRow.class);
            return new Device(
                    new DeviceId(row.key()),
                    row.version(),
                    stored.generation,
                    stored.enabled,
                    stored.statusReason,
                    Instant.parse(stored.statusUpdated),
                    new StoredCredential(stored.authentication, stored.primary, stored.secondary).read(),
                    stored.edge,
                    stored.scope,
                    stored.parentScopes == null ? List.of() : stored.parentScopes);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new StoreException("the row of device '" + row.key() + "' can't be read", e);
        }
    }

    static byte[] write(Device device) {
        StoredCredential credential = StoredCredential.of(device.authentication());
        return JSON.writeValueAsBytes(new DeviceRow(
                device.generation(),
                device.enabled(),
                device.statusReason(),
                device.statusUpdated().toString(),
                credential.authentication(),
                credential.primary(),
                credential.secondary(),
                device.edge(),
                device.scope(),
                device.parentScopes()));
    }

    /** Holds keys. */
    @Override
    public String toString() {
        return "DeviceRow[" + authentication + "]";
    }
}
