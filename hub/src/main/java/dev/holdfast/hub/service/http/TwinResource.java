package dev.holdfast.hub.service.http;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.Device;
import dev.holdfast.hub.identity.DeviceModule;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.twin.SectionChange;
import dev.holdfast.hub.twin.Twin;
import dev.holdfast.hub.twin.TwinRefusal;
import dev.holdfast.hub.twin.TwinRequest;
import dev.holdfast.hub.twin.TwinResult;
import dev.holdfast.wire.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** {@code /twins/{id}} and {@code /twins/{id}/modules/{module}}. */
final class TwinResource {
    /** Members that are the hub's own are passed over, as clients send back what they read. */
    record Document(
            @Nullable SectionDocument tags, @Nullable PropertiesDocument properties) {}

    HttpResponse get(ServiceCall call) throws ServiceFault {
        return answer(call.hub(), call.hub().twins().find(identity(call)));
    }

    /** Merges. */
    HttpResponse patch(ServiceCall call) throws ServiceFault {
        Document document = document(call);
        return write(
                call,
                SectionDocument.merge(document.tags()),
                SectionDocument.merge(PropertiesDocument.desiredOf(document.properties())));
    }

    /** Replaces the sections that the body names. */
    HttpResponse put(ServiceCall call) throws ServiceFault {
        Document document = document(call);
        return write(
                call,
                SectionDocument.replace(document.tags()),
                SectionDocument.replace(PropertiesDocument.desiredOf(document.properties())));
    }

    private static Document document(ServiceCall call) throws ServiceFault {
        return JsonBody.read(call.request(), Document.class, call.hub().twins().reader());
    }

    private static HttpResponse write(ServiceCall call, @Nullable SectionChange tags, @Nullable SectionChange desired)
            throws ServiceFault {
        Precondition precondition =
                Precondition.ifMatch(call.request().header("if-match").orElse(null));
        TwinRequest request = new TwinRequest.Write(identity(call), precondition, tags, desired);
        return answer(call.hub(), call.hub().twins().apply(request));
    }

    /** The identity that a path below {@code /twins} names. */
    static Identity identity(ServiceCall call) throws ServiceFault {
        var path = call.request().path();
        boolean ofModule = path.size() > 3 && path.get(2).equalsIgnoreCase("modules");
        if (!ofModule) {
            return Identity.of(call.deviceId());
        }
        return call.moduleName().identity();
    }

    private static HttpResponse answer(Hub hub, TwinResult result) throws ServiceFault {
        return switch (result) {
            case TwinResult.Refused(var why) -> throw ServiceFault.of(why);
            case TwinResult.Found(var twin) ->
                HttpResponse.json(200, json(hub, twin)).with("ETag", "\"" + twin.etag() + "\"");
        };
    }

    private static String json(Hub hub, Twin twin) throws ServiceFault {
        Identity identity = twin.identity();
        Device device = hub.registry()
                .find(identity.device())
                .orElseThrow(() -> ServiceFault.of(new TwinRefusal.TwinDeviceMissing(identity.device())));
        ModuleName name = identity.moduleName().orElse(null);
        DeviceModule module = null;
        if (name != null) {
            module = hub.registry()
                    .modules()
                    .find(name)
                    .orElseThrow(() -> ServiceFault.of(new TwinRefusal.TwinModuleMissing(identity)));
        }
        return TwinJson.of(twin, device, module, Presence.of(hub, identity)).toString();
    }
}
