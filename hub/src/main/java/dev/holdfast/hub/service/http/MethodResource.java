package dev.holdfast.hub.service.http;

import dev.holdfast.hub.command.InvokeMethod;
import dev.holdfast.hub.command.MethodResult;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.wire.http.HttpResponse;

/** {@code POST /twins/{id}/methods}, and the same of modules: the call waits here until the device answered, or will not. */
final class MethodResource {
    HttpResponse invoke(ServiceCall call) throws ServiceFault {
        MethodDocument document = MethodDocument.read(call.request().body());
        MethodResult result = call.hub()
                .methods()
                .invoke(new InvokeMethod(
                        TwinResource.identity(call),
                        document.method(),
                        document.payload(),
                        document.connectTimeout(),
                        document.responseTimeout()));
        return switch (result) {
            case MethodResult.Refused(var why) -> throw ServiceFault.of(why);
            // Put together as text: the payload stays as the device wrote it, and was found to be JSON.
            case MethodResult.Answered(var status, var payload) ->
                HttpResponse.json(200, "{\"status\":" + status + ",\"payload\":" + payload + "}");
        };
    }
}
