package dev.holdfast.hub.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A device-to-cloud message as its sender made it.
 *
 * @param body owned by this message; nobody changes it
 * @param properties application properties in the order in which they were sent
 */
public record TelemetryMessage(byte[] body, Map<SystemProperty, String> system, Map<String, String> properties) {
    public TelemetryMessage {
        EnumMap<SystemProperty, String> copy = new EnumMap<>(SystemProperty.class);
        copy.putAll(system);
        system = Collections.unmodifiableMap(copy);
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    }

    /** What counts against the size limit: the body and the text of all properties, in bytes. */
    public long sizeBytes() {
        long size = body.length;
        for (String value : system.values()) {
            size += utf8Length(value);
        }
        for (Map.Entry<String, String> property : properties.entrySet()) {
            size += utf8Length(property.getKey()) + utf8Length(property.getValue());
        }
        return size;
    }

    private static long utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
