package dev.holdfast.hub.service.http;

import dev.holdfast.hub.identity.DeviceModule;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A module as clients read it: every member that they know, null where there is nothing. */
final class ModuleJson {
    private ModuleJson() {}

    static ObjectNode of(DeviceModule module, Presence presence) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("moduleId", module.name().module().value());
        json.put("managedBy", module.managedBy().isEmpty() ? null : module.managedBy());
        json.put("deviceId", module.name().device().value());
        json.put("generationId", module.generation());
        json.put("etag", module.etag());
        json.put("connectionState", presence.state());
        json.put("connectionStateUpdatedTime", DeviceJson.NEVER);
        json.put("lastActivityTime", DeviceJson.NEVER);
        json.put("cloudToDeviceMessageCount", presence.messages());
        json.set("authentication", AuthenticationJson.of(module.authentication()));
        return json;
    }
}
