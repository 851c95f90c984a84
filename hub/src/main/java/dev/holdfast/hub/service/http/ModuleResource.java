package dev.holdfast.hub.service.http;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.DeviceModule;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.hub.identity.ModuleRequest;
import dev.holdfast.hub.identity.ModuleResult;
import dev.holdfast.hub.identity.ModuleSpec;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.RegistryRefusal;
import dev.holdfast.wire.http.HttpResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /devices/{id}/modules} and {@code /devices/{id}/modules/{module}}. */
final class ModuleResource {
    HttpResponse get(ServiceCall call) throws ServiceFault {
        ModuleName name = call.moduleName();
        call.admit(name.device(), 1);
        requireDevice(call, name.device());
        DeviceModule module = call.hub()
                .registry()
                .modules()
                .find(name)
                .orElseThrow(() -> ServiceFault.of(new RegistryRefusal.ModuleMissing(name)));
        return response(200, call.hub(), module);
    }

    /** Without If-Match a module is created (201), with it one is replaced (200). */
    HttpResponse put(ServiceCall call) throws ServiceFault {
        ModuleName name = call.moduleName();
        DeviceDocument document = JsonBody.read(call.request(), DeviceDocument.class);
        requireSame("deviceId", document.deviceId(), name.device().value());
        requireSame("moduleId", document.moduleId(), name.module().value());
        ModuleSpec wanted = document.spec(name);
        String ifMatch = call.request().header("if-match").orElse(null);
        ModuleRequest request = ifMatch == null
                ? new ModuleRequest.Create(wanted)
                : new ModuleRequest.Replace(wanted, Precondition.ifMatch(ifMatch));
        return response(ifMatch == null ? 201 : 200, call.hub(), done(call, request));
    }

    HttpResponse delete(ServiceCall call) throws ServiceFault {
        Precondition precondition =
                Precondition.ifMatch(call.request().header("if-match").orElse(null));
        DeviceModule _ = done(call, new ModuleRequest.Delete(call.moduleName(), precondition));
        return HttpResponse.empty(204);
    }

    HttpResponse list(ServiceCall call) throws ServiceFault {
        DeviceId device = call.deviceId();
        call.admit(device, 1);
        requireDevice(call, device);
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        call.hub().registry().modules().of(device).forEach(module -> all.add(json(call.hub(), module)));
        return HttpResponse.json(200, all.toString());
    }

    private static void requireDevice(ServiceCall call, DeviceId device) throws ServiceFault {
        if (call.hub().registry().find(device).isEmpty()) {
            throw ServiceFault.of(new RegistryRefusal.DeviceMissing(device));
        }
    }

    private static void requireSame(String member, @Nullable String body, String path) throws ServiceFault {
        if (body != null && !body.equals(path)) {
            throw ServiceFault.of(
                    ServiceError.ARGUMENT_INVALID,
                    "The " + member + " of the body is another than the one of the path. Send the same.");
        }
    }

    private static DeviceModule done(ServiceCall call, ModuleRequest request) throws ServiceFault {
        call.admit(request.name().device(), 1);
        return switch (call.hub().registry().modules().apply(request)) {
            case ModuleResult.Done(var module) -> module;
            case ModuleResult.Refused(var refusal) -> throw ServiceFault.of(refusal);
        };
    }

    private static HttpResponse response(int status, Hub hub, DeviceModule module) {
        return HttpResponse.json(status, json(hub, module).toString()).with("ETag", "\"" + module.etag() + "\"");
    }

    private static ObjectNode json(Hub hub, DeviceModule module) {
        return ModuleJson.of(module, Presence.of(hub, module.name().identity()));
    }
}
