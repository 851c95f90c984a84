package dev.holdfast.hub.service.http;

import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.wire.http.HttpResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Collects what the answer to a bulk call says of each device and module. */
final class BulkOutcome {
    private final ArrayNode errors = JsonNodeFactory.instance.arrayNode();

    /** @param device and {@code module} as the caller spelled them */
    void fail(String device, @Nullable String module, ServiceError error, String explanation) {
        about(device, module).put("errorCode", error.wireName()).put("errorStatus", explanation);
    }

    void fail(Identity identity, ServiceError error, String explanation) {
        ModuleId module = identity.module();
        fail(identity.device().value(), module == null ? null : module.value(), error, explanation);
    }

    private ObjectNode about(String device, @Nullable String module) {
        ObjectNode entry = errors.addObject().put("deviceId", device);
        if (module != null) {
            entry.put("moduleId", module);
        }
        return entry;
    }

    HttpResponse response() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("isSuccessful", errors.isEmpty());
        body.set("errors", errors);
        // A twin that is refused is an error: nothing is left out in silence.
        body.putArray("warnings");
        return HttpResponse.json(errors.isEmpty() ? 200 : 400, body.toString());
    }
}
