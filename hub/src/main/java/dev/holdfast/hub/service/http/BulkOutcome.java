package dev.holdfast.hub.service.http;

import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.RegistryRefusal;
import dev.holdfast.wire.http.HttpResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Collects what the answer to a bulk call says of each device and module. */
final class BulkOutcome {
    private final ArrayNode errors = JsonNodeFactory.instance.arrayNode();
    private final ArrayNode warnings = JsonNodeFactory.instance.arrayNode();

    /** @param device and {@code module} as the caller spelled them */
    void fail(String device, @Nullable String module, ServiceError error, String explanation) {
        about(errors, device, module).put("errorCode", error.wireName()).put("errorStatus", explanation);
    }

    /**
     * @param why it was refused; null when it was done
     * @param withTwin whether the caller wanted a twin to begin with
     */
    void add(Identity identity, @Nullable RegistryRefusal why, boolean withTwin) {
        ModuleId module = identity.module();
        String device = identity.device().value();
        String named = module == null ? null : module.value();
        if (why != null) {
            fail(device, named, ServiceFault.error(why), why.explain());
        } else if (withTwin) {
            about(warnings, device, named)
                    .put("warningCode", "DeviceRegisteredWithoutTwin")
                    .put(
                            "warningStatus",
                            "Device twins are not served by this release of Holdfast yet: tags and properties were"
                                    + " left out.");
        }
    }

    private static ObjectNode about(ArrayNode list, String device, @Nullable String module) {
        ObjectNode entry = list.addObject().put("deviceId", device);
        if (module != null) {
            entry.put("moduleId", module);
        }
        return entry;
    }

    HttpResponse response() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("isSuccessful", errors.isEmpty());
        body.set("errors", errors);
        body.set("warnings", warnings);
        return HttpResponse.json(errors.isEmpty() ? 200 : 400, body.toString());
    }
}
