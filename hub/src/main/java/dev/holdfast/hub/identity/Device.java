package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import java.time.Instant;

/**
 * A registered device, as stored.
 *
 * @param version of its row; the etag is made of it
 * @param generation changes when a device is deleted and created again under the same id
 * @param statusReason why it has its status, empty when nobody said
 * @param edge whether it is a gateway; kept and returned for the tools that set it
 */
public record Device(
        DeviceId id,
        long version,
        String generation,
        boolean enabled,
        String statusReason,
        Instant statusUpdated,
        Authentication authentication,
        boolean edge) {}
