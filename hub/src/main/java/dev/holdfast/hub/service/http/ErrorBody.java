package dev.holdfast.hub.service.http;

import dev.holdfast.wire.http.HttpResponse;
import java.time.Instant;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one error body that every official client understands: numbers at the top for the Java one, {@code Message} in the old form
 * for the Node one (which takes it apart at semicolons and colons) and for the C# one, which also compares it with the header.
 */
final class ErrorBody {
    private ErrorBody() {}

    static HttpResponse response(ServiceFault fault, String requestId, Instant now) {
        ServiceError error = fault.error();
        String text = fault.toCaller().replace(';', ',');
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("errorCode", error.number());
        body.put("trackingId", requestId);
        body.put("message", text);
        body.put("timestampUtc", now.toString());
        // Behind "message": where names are compared without case, the last one counts.
        body.put("Message", "ErrorCode:" + error.wireName() + ";" + text);
        body.put("ExceptionMessage", "Tracking ID:" + requestId + "-TimeStamp:" + now);
        return HttpResponse.json(error.status(), body.toString()).with("iothub-errorcode", error.wireName());
    }
}
