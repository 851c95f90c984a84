package dev.holdfast.hub.service.http;

import dev.holdfast.hub.identity.Device;
import dev.holdfast.hub.identity.DeviceModule;
import dev.holdfast.hub.twin.Twin;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A twin as services read it: with what the registry knows of its device or module. */
final class TwinJson {
    private TwinJson() {}

    /** @param module null for the twin of the device itself; a module has the status of its device */
    static ObjectNode of(Twin twin, Device device, @Nullable DeviceModule module, Presence presence) {
        ObjectNode registered = DeviceJson.of(device, presence);
        if (module != null) {
            registered.set("authentication", AuthenticationJson.of(module.authentication()));
        }
        JsonNode authentication = registered.path("authentication");
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("deviceId", device.id().value());
        if (module != null) {
            json.put("moduleId", module.name().module().value());
        }
        json.put("etag", twin.etag());
        json.put("deviceEtag", module == null ? device.etag() : module.etag());
        json.set("status", registered.path("status"));
        json.set("statusReason", registered.path("statusReason"));
        json.set("statusUpdateTime", registered.path("statusUpdatedTime"));
        json.set("connectionState", registered.path("connectionState"));
        json.set("lastActivityTime", registered.path("lastActivityTime"));
        json.set("cloudToDeviceMessageCount", registered.path("cloudToDeviceMessageCount"));
        json.set("authenticationType", authentication.path("type"));
        json.set("x509Thumbprint", authentication.path("x509Thumbprint"));
        json.put("modelId", twin.modelId() == null ? "" : twin.modelId());
        json.put("version", twin.version());
        json.set("tags", twin.tags());
        ObjectNode properties = json.putObject("properties");
        properties.set("desired", twin.desired().withMetadata());
        properties.set("reported", twin.reported().withMetadata());
        json.set("capabilities", registered.path("capabilities"));
        if (registered.has("deviceScope")) {
            json.set("deviceScope", registered.path("deviceScope"));
        }
        if (registered.has("parentScopes")) {
            json.set("parentScopes", registered.path("parentScopes"));
        }
        return json;
    }
}
