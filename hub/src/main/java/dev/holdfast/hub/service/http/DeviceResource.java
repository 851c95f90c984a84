package dev.holdfast.hub.service.http;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.Device;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.RegistryRefusal;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.identity.RegistryResult;
import dev.holdfast.wire.http.HttpResponse;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /devices} and {@code /devices/{id}}. */
final class DeviceResource {
    private final Limits.Registry limits;

    DeviceResource(Limits.Registry limits) {
        this.limits = limits;
    }

    HttpResponse get(ServiceCall call) throws ServiceFault {
        DeviceId id = call.deviceId();
        call.admit(id, 1);
        Device device = call.hub()
                .registry()
                .find(id)
                .orElseThrow(() -> ServiceFault.of(new RegistryRefusal.DeviceMissing(id)));
        return response(call.hub(), device);
    }

    /** Without If-Match a device is created, with it one is replaced. */
    HttpResponse put(ServiceCall call) throws ServiceFault {
        DeviceId id = call.deviceId();
        DeviceDocument document = JsonBody.read(
                call.request(), DeviceDocument.class, call.hub().twins().reader());
        if (document.deviceId() != null && !document.deviceId().equals(id.value())) {
            throw ServiceFault.of(
                    ServiceError.ARGUMENT_INVALID,
                    "The deviceId of the body is another than the one of the path. Send the same.");
        }
        DeviceSpec wanted = document.spec(id);
        String ifMatch = call.request().header("if-match").orElse(null);
        RegistryRequest request = ifMatch == null
                ? new RegistryRequest.Create(wanted)
                : new RegistryRequest.Replace(wanted, Precondition.ifMatch(ifMatch));
        call.admit(id, 1);
        return response(call.hub(), done(call.hub().registry().apply(request)));
    }

    HttpResponse delete(ServiceCall call) throws ServiceFault {
        Precondition precondition =
                Precondition.ifMatch(call.request().header("if-match").orElse(null));
        DeviceId id = call.deviceId();
        call.admit(id, 1);
        done(call.hub().registry().apply(new RegistryRequest.Delete(id, precondition)));
        return HttpResponse.empty(204);
    }

    HttpResponse list(ServiceCall call) throws ServiceFault {
        call.admit(null, 1);
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Device device :
                call.hub().registry().list("", top(call.request().query().getOrDefault("top", "")))) {
            all.add(json(call.hub(), device));
        }
        return HttpResponse.json(200, all.toString());
    }

    /** 1 to 1,000; everything else counts as 1,000, as the API's description has it. */
    private int top(String text) {
        int max = limits.pageMax();
        if (!text.matches("[0-9]{1,9}")) {
            return max;
        }
        int top = Integer.parseInt(text);
        return top >= 1 && top <= max ? top : max;
    }

    private static Device done(RegistryResult result) throws ServiceFault {
        return switch (result) {
            case RegistryResult.Done(var device) -> device;
            case RegistryResult.Refused(var refusal) -> throw ServiceFault.of(refusal);
        };
    }

    private static HttpResponse response(Hub hub, Device device) {
        return HttpResponse.json(200, json(hub, device).toString()).with("ETag", "\"" + device.etag() + "\"");
    }

    private static ObjectNode json(Hub hub, Device device) {
        return DeviceJson.of(device, Presence.of(hub, Identity.of(device.id())));
    }
}
