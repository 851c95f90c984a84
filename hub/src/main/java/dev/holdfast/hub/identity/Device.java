package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A registered device, as stored.
 *
 * @param version of its row; the etag is made of it
 * @param generation changes when a device is deleted and created again under the same id
 * @param statusReason why it has its status, empty when nobody said
 * @param edge whether it is a gateway; kept and returned for the tools that set it
 * @param scope of a gateway: its own, made here; of another device: that of the gateway it is behind, or null
 * @param parentScopes the gateways above
 */
public record Device(
        DeviceId id,
        long version,
        String generation,
        boolean enabled,
        String statusReason,
        Instant statusUpdated,
        Authentication authentication,
        boolean edge,
        @Nullable String scope,
        List<String> parentScopes) {
    public Device {
        parentScopes = List.copyOf(parentScopes);
    }

    public String etag() {
        return Etag.of(version);
    }

    Registered registered() {
        return new Registered(Identity.of(id), generation, authentication);
    }

    /** What it is, with another way to prove it. */
    DeviceSpec spec(Authentication other) {
        return new DeviceSpec(id, enabled, statusReason, other, edge, scope, parentScopes);
    }

    /** The same device in the version in which it was stored. */
    Device at(long storedVersion) {
        return new Device(
                id,
                storedVersion,
                generation,
                enabled,
                statusReason,
                statusUpdated,
                authentication,
                edge,
                scope,
                parentScopes);
    }
}
