package dev.holdfast.hub.telemetry;

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

    /** Counted without encoding: this runs for every property of every message. */
    private static long utf8Length(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes += 1;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                bytes += 1; // half a pair is written as a question mark
            }
        }
        return bytes;
    }
}
