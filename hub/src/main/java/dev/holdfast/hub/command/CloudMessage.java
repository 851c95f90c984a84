package dev.holdfast.hub.command;

import dev.holdfast.hub.telemetry.SystemProperty;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cloud-to-device message as a service made it.
 *
 * @param body owned by this message; nobody changes it
 * @param system what stands in the message's own properties, without the time it expires at
 * @param properties application properties in the order in which they were sent, without {@code iothub-ack}
 * @param expires when it is not worth delivering any more; null for what the hub sets
 */
public record CloudMessage(
        byte[] body,
        Map<SystemProperty, String> system,
        Map<String, String> properties,
        FeedbackWanted wanted,
        @Nullable Instant expires) {
    /** The application property by which services ask for feedback. */
    public static final String FEEDBACK_PROPERTY = "iothub-ack";

    public CloudMessage {
        EnumMap<SystemProperty, String> copy = new EnumMap<>(SystemProperty.class);
        copy.putAll(system);
        system = Collections.unmodifiableMap(copy);
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    }

    /** A property of the message itself; null when its sender said nothing. */
    public @Nullable String property(SystemProperty name) {
        return system.get(name);
    }
}
