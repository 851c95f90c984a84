package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants a device to be; the rest of a {@link Device} is the registry's own.
 *
 * @param statusReason why it has its status, empty when nobody says
 * @param authentication null when the caller names none: what the device has stays, and a new one gets fresh keys
 * @param symmetricKeys the caller asks for symmetric keys and names none: those that the device has, else fresh ones, also when it
 *     had certificates before; only with {@code authentication} null
 * @param scope the gateway that a device is behind, null for none; that of a gateway itself is the registry's to choose
 * @param parentScopes the gateways above
 */
public record DeviceSpec(
        DeviceId id,
        boolean enabled,
        String statusReason,
        @Nullable Authentication authentication,
        boolean symmetricKeys,
        boolean edge,
        @Nullable String scope,
        List<String> parentScopes) {
    public DeviceSpec {
        parentScopes = List.copyOf(parentScopes);
    }

    /** With this authentication, or without a word about it. */
    public DeviceSpec(
            DeviceId id,
            boolean enabled,
            String statusReason,
            @Nullable Authentication authentication,
            boolean edge,
            @Nullable String scope,
            List<String> parentScopes) {
        this(id, enabled, statusReason, authentication, false, edge, scope, parentScopes);
    }

    /** An enabled device with this authentication (null: fresh keys) and nothing else. */
    public static DeviceSpec of(DeviceId id, @Nullable Authentication authentication) {
        return new DeviceSpec(id, true, "", authentication, false, null, List.of());
    }
}
