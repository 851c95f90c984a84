package dev.holdfast.wire.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/** Makes what is written of what a face answered, and the answers that this package gives itself. */
final class Responses {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7E]*");
    private static final Set<String> OURS = Set.of("content-length", "connection", "transfer-encoding", "date");
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Responses() {}

    /**
     * The response as it goes out.
     *
     * @param withoutBody whether the request was a HEAD: the length is told and the body is not sent
     * @throws IllegalArgumentException when the face made something that may not be sent
     */
    static FullHttpResponse render(HttpResponse answer, boolean withoutBody, boolean close, Instant now) {
        int status = answer.status();
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("a face answered with status " + status);
        }
        boolean never = status == 204 || status == 304;
        if (never && answer.body().length > 0) {
            throw new IllegalArgumentException("a face answered with status " + status + " and a body");
        }
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(status),
                withoutBody ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(answer.body()));
        setHeaders(response.headers(), answer, close, now);
        if (!never) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
        }
        return response;
    }

    /** The answer behind which another protocol begins. */
    static FullHttpResponse switching(HttpUpgrade.Verdict.Accepted accepted, Instant now) {
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        HttpHeaders headers = response.headers();
        accepted.headers().forEach((name, value) -> headers.set(checkedName(name), checkedValue(name, value)));
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        headers.set(HttpHeaderNames.DATE, DATE.format(now));
        return response;
    }

    /** The head of an answer whose body follows in chunks. */
    static io.netty.handler.codec.http.HttpResponse streamHead(HttpResponse answer, boolean close, Instant now) {
        DefaultHttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        setHeaders(response.headers(), answer, close, now);
        response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        return response;
    }

    private static void setHeaders(HttpHeaders headers, HttpResponse answer, boolean close, Instant now) {
        answer.headers().forEach((name, value) -> headers.add(checkedName(name), checkedValue(name, value)));
        headers.set(HttpHeaderNames.DATE, DATE.format(now));
        if (close) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        if (headers.contains(HttpHeaderNames.UPGRADE)) {
            headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        }
    }

    private static String checkedName(String name) {
        if (!NAME.matcher(name).matches() || OURS.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("a face set a header field whose name may not be set");
        }
        return name;
    }

    /** A value with a line break would be a second header, or a second response. */
    private static String checkedValue(String name, String value) {
        if (!VALUE.matcher(value).matches()) {
            throw new IllegalArgumentException("a face set " + name + " to a value that is not visible ASCII");
        }
        return value;
    }

    /** @param report its id, for whoever reads the answer; null when there is none */
    static HttpResponse refused(RequestFault fault, @Nullable String report) {
        HttpResponse response = report == null
                ? message(fault.status(), fault.explain())
                : message(fault.status(), fault.explain() + " (report " + report + ")")
                        .with("x-ms-request-id", report);
        return fault == RequestFault.OVERLOADED || fault == RequestFault.TOO_MANY_BODIES
                ? response.with("Retry-After", "1")
                : response;
    }

    static HttpResponse nothingHere() {
        return message(404, "Nothing is served under this host name and path.");
    }

    /** @param id stands in the log line that has the cause, which the client is not told */
    static HttpResponse failed(String id) {
        return message(500, "The server failed to answer. Its log has the cause under the id " + id + ".");
    }

    static HttpResponse methods() {
        return new HttpResponse(204, Map.of("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"), new byte[0]);
    }

    private static HttpResponse message(int status, String text) {
        return HttpResponse.json(
                status,
                JsonNodeFactory.instance.objectNode().put("message", text).toString());
    }
}
