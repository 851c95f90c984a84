package dev.holdfast.wire.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer. Content-Length, Date and Connection are added when it is written, so it may not have them.
 *
 * @param status 200 to 599; 204 and 304 have no body
 * @param headers values are visible ASCII; anything else, a line break above all, is refused when the answer is written, and
 *     becomes a 500
 * @param body owned by the answer; left out of the response to a HEAD
 * @param stream makes a body of unknown length while it is sent; then {@code body} is empty. Null for most answers
 */
public record HttpResponse(
        int status,
        Map<String, String> headers,
        byte[] body,
        @Nullable Stream stream) {
    /** A body that is made while it is sent. */
    @FunctionalInterface
    public interface Stream {
        /**
         * Called exactly once, whether the client is still there or not, on the thread that answered. Writing blocks while the
         * client takes nothing. What it throws breaks the connection, so that the client sees that the body is not whole.
         *
         * @param out throws when the client is gone, or took nothing for {@code Limits.Http.idleMaxTime}
         */
        void writeTo(OutputStream out) throws IOException;
    }

    public HttpResponse {
        headers = Map.copyOf(headers);
        if (stream != null && (body.length > 0 || status != 200)) {
            throw new IllegalArgumentException("a streamed answer has status 200 and no other body");
        }
    }

    public HttpResponse(int status, Map<String, String> headers, byte[] body) {
        this(status, headers, body, null);
    }

    public static HttpResponse streamed(String contentType, Stream stream) {
        return new HttpResponse(200, Map.of("Content-Type", contentType), new byte[0], stream);
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
        return new HttpResponse(status, more, body, stream);
    }
}
