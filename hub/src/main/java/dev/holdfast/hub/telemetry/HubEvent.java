package dev.holdfast.hub.telemetry;

import dev.holdfast.base.HubName;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.Identity;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that happened to an identity, as readers of the hub's telemetry are told of it. The names are Azure's.
 *
 * @param operation {@code opType}: {@code updateTwin} for one
 * @param id names the event; the same if it is there twice
 * @param time when it happened, as it is printed
 * @param body JSON
 */
public record HubEvent(EventSource source, Identity about, String operation, String id, String time, String body) {
    /** As it stands in the log. Its array is the caller's own. */
    public byte[] record(HubName hub) {
        Map<SystemProperty, String> system = new EnumMap<>(SystemProperty.class);
        system.put(SystemProperty.CONTENT_TYPE, "application/json");
        system.put(SystemProperty.CONTENT_ENCODING, "utf-8");
        system.put(SystemProperty.CORRELATION_ID, id);
        system.put(SystemProperty.USER_ID, hub.value());
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("hubName", hub.value());
        properties.put("deviceId", about.device().value());
        ModuleId module = about.module();
        if (module != null) {
            properties.put("moduleId", module.value());
        }
        properties.put("operationTimestamp", time);
        properties.put("opType", operation);
        properties.put("iothub-message-schema", source.schema());
        return RecordFormat.write(
                new Origin.Told(source, about),
                new TelemetryMessage(body.getBytes(StandardCharsets.UTF_8), system, properties));
    }
}
