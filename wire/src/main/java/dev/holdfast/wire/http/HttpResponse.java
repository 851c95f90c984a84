package dev.holdfast.wire.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer. Content-Length, Date and Connection are added when it is written, so it may not have them.
 *
 * @param status 200 to 599; 204 and 304 have no body
 * @param headers values are visible ASCII; anything else, a line break above all, is refused when the answer is written, and
 *     becomes a 500
 * @param body owned by the answer; left out of the response to a HEAD
 */
public record HttpResponse(int status, Map<String, String> headers, byte[] body) {
    public HttpResponse {
        headers = Map.copyOf(headers);
    }

    public static HttpResponse empty(int status) {
        return new HttpResponse(status, Map.of(), new byte[0]);
    }

    public static HttpResponse json(int status, String json) {
        return new HttpResponse(
                status,
                Map.of("Content-Type", "application/json; charset=utf-8"),
                json.getBytes(StandardCharsets.UTF_8));
    }

    /** This answer with one more header field. */
    public HttpResponse with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new HttpResponse(status, more, body);
    }
}
