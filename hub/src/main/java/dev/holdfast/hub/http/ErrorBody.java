package dev.holdfast.hub.http;

import dev.holdfast.wire.http.HttpResponse;
import java.time.Instant;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one error body in which every official client finds name, number and text. Their parsers were made for two forms of
 * {@code Message}, and this is both:
 *
 * <pre>
 * /*ErrorCode:DeviceNotFound;No device ...;*&#47;{"errorCode":404001,"trackingId":"..."}
 * </pre>
 *
 * <p>The Node client takes it apart at semicolons and colons, and finds the name behind the first colon and the text behind the first
 * semicolon. The Java client reads all of it as JSON in which comments are allowed, and takes {@code errorCode} from there only
 * (the number at the top it finds in a body without {@code Message}); an {@code ExceptionMessage} would be appended before and
 * spoil that. The C# client does either, and compares with the header.
 */
final class ErrorBody {
    private ErrorBody() {}

    static HttpResponse response(ServiceFault fault, String requestId, Instant now) {
        ServiceError error = fault.error();
        // What would end a part of Message early.
        String text = fault.toCaller().replace(';', ',').replace("*/", "* /");
        ObjectNode inner = JsonNodeFactory.instance.objectNode();
        inner.put("errorCode", error.number());
        inner.put("trackingId", requestId);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("errorCode", error.number());
        body.put("trackingId", requestId);
        body.put("message", text);
        body.put("timestampUtc", now.toString());
        // Behind "message": where names are compared without case, the last one counts.
        body.put("Message", "/*ErrorCode:" + error.wireName() + ";" + text + ";*/" + inner);
        return HttpResponse.json(error.status(), body.toString()).with("iothub-errorcode", error.wireName());
    }
}
