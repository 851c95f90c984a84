package dev.holdfast.hub.service.http;

import dev.holdfast.hub.identity.Device;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A device as clients read it: every member that they know, null where there is nothing. */
final class DeviceJson {
    /** What clients take for "never". */
    static final String NEVER = "0001-01-01T00:00:00Z";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private DeviceJson() {}

    static ObjectNode of(Device device, Presence presence) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("deviceId", device.id().value());
        json.put("generationId", device.generation());
        json.put("etag", device.etag());
        json.put("connectionState", presence.state());
        json.put("status", device.enabled() ? "enabled" : "disabled");
        json.put("statusReason", device.statusReason().isEmpty() ? null : device.statusReason());
        json.put("connectionStateUpdatedTime", NEVER);
        json.put("statusUpdatedTime", time(device.statusUpdated()));
        json.put("lastActivityTime", NEVER);
        json.put("cloudToDeviceMessageCount", presence.messages());
        json.set("authentication", AuthenticationJson.of(device.authentication()));
        json.putObject("capabilities").put("iotEdge", device.edge());
        if (device.scope() != null) {
            json.put("deviceScope", device.scope());
        }
        if (!device.parentScopes().isEmpty()) {
            device.parentScopes().forEach(json.putArray("parentScopes")::add);
        }
        return json;
    }

    static String time(Instant time) {
        return TIME.format(time);
    }
}
