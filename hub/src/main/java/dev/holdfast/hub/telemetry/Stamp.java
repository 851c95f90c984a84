package dev.holdfast.hub.telemetry;

import dev.holdfast.hub.identity.AuthenticationMethod;
import dev.holdfast.hub.identity.Identity;
import org.jspecify.annotations.Nullable;

/**
 * What the hub vouches for on every message: who sent it and how that was proved. The enqueued time is the log's own.
 *
 * @param modelId the digital-twin model that the device announced when it connected, or null; see {@link #isModelId}
 */
public record Stamp(
        Identity sender,
        String generation,
        AuthenticationMethod method,
        @Nullable String modelId) {
    /** DTMIs have at most 2,048 characters (DTDL version 3); it is stamped on every message. */
    public static final int MODEL_ID_MAX_CHARS = 2048;

    /** Whether a text may be stamped as a model id: short enough, and without control characters. */
    public static boolean isModelId(String text) {
        return text.length() <= MODEL_ID_MAX_CHARS && text.chars().noneMatch(Character::isISOControl);
    }
}
