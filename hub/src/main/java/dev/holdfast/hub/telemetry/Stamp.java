package dev.holdfast.hub.telemetry;

import dev.holdfast.hub.identity.AuthenticationMethod;
import dev.holdfast.hub.identity.Identity;
import org.jspecify.annotations.Nullable;

/**
 * What the hub vouches for on every message: who sent it and how that was proved. The enqueued time is the log's own.
 *
 * @param modelId the digital-twin model that the device announced when it connected, or null
 */
public record Stamp(
        Identity sender,
        String generation,
        AuthenticationMethod method,
        @Nullable String modelId) {}
