package dev.holdfast.hub.telemetry;

import dev.holdfast.base.Utf8;
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
            size += Utf8.length(value);
        }
        for (Map.Entry<String, String> property : properties.entrySet()) {
            size += Utf8.length(property.getKey()) + Utf8.length(property.getValue());
        }
        return size;
    }
}
