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
                    stored.readAuthentication(),
                    stored.edge,
                    stored.scope,
                    stored.parentScopes == null ? List.of() : stored.parentScopes);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new StoreException("the row of device '" + row.key() + "' can't be read", e);
        }
    }

    static byte[] write(Device device) {
        String primary = null;
        String secondary = null;
        switch (device.authentication()) {
            case Authentication.Sas(var keys) -> {
                primary = keys.primary().base64();
                secondary = keys.secondary().base64();
            }
            case Authentication.SelfSigned(var first, var second) -> {
                primary = first == null ? null : first.hex();
                secondary = second == null ? null : second.hex();
            }
            case Authentication.CertificateAuthority() -> {}
            case Authentication.None() -> {}
        }
        return JSON.writeValueAsBytes(new DeviceRow(
                device.generation(),
                device.enabled(),
                device.statusReason(),
                device.statusUpdated().toString(),
                device.authentication().wireName(),
                primary,
                secondary,
                device.edge(),
                device.scope(),
                device.parentScopes()));
    }

    /** Holds keys. */
    @Override
    public String toString() {
        return "DeviceRow[" + authentication + "]";
    }

    private Authentication readAuthentication() {
        return switch (authentication) {
            case "sas" ->
                new Authentication.Sas(
                        new SymmetricKeys(new SymmetricKey(present(primary)), new SymmetricKey(present(secondary))));
            case "selfSigned" -> new Authentication.SelfSigned(thumbprint(primary), thumbprint(secondary));
            case "certificateAuthority" -> new Authentication.CertificateAuthority();
            case "none" -> new Authentication.None();
            default -> throw new IllegalArgumentException("unknown authentication " + authentication);
        };
    }

    private static String present(@Nullable String text) {
        if (text == null) {
            throw new IllegalArgumentException("a key is missing");
        }
        return text;
    }

    private static @Nullable Thumbprint thumbprint(@Nullable String hex) {
        return hex == null ? null : new Thumbprint(hex);
    }
}
