package dev.holdfast.hub.telemetry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A device asks to have a message stored.
 *
 * @param message as the device made it; the limits are about this alone
 * @param marks what the hub adds to it
 */
public record SendTelemetry(Stamp stamp, TelemetryMessage message, Set<Mark> marks) {
    /** A property that the hub adds to tell readers how a message came. */
    public enum Mark {
        /** Sent with MQTT's retain flag, which the hub takes and does not follow. */
        RETAINED("mqtt-retain", "true"),
        /** A Will, sent for a device that went away without a word. */
        WILL("iothub-MessageType", "Will");

        private final String name;
        private final String value;

        Mark(String name, String value) {
            this.name = name;
            this.value = value;
        }
    }

    public SendTelemetry {
        marks = Set.copyOf(marks);
    }

    public SendTelemetry(Stamp stamp, TelemetryMessage message) {
        this(stamp, message, Set.of());
    }

    /** What is stored: the device's message with the hub's marks. */
    TelemetryMessage marked() {
        if (marks.isEmpty()) {
            return message;
        }
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        marks.stream().sorted().forEach(mark -> properties.put(mark.name, mark.value));
        return new TelemetryMessage(message.body(), message.system(), properties);
    }
}
