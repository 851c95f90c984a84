package dev.holdfast.wire.http;

import dev.holdfast.wire.Connection;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A request line and its fields, checked, before the body has come.
 *
 * @param method as sent
 * @param headers values by name in lower case, repeated ones joined with a comma
 * @param spellings as {@link HttpRequest#spellings}
 * @param bodyBytes announced length of the body, held against no limit yet, 0 when there is none, {@link #UNKNOWN_LENGTH} when it comes in chunks
 * @param lastOfConnection whether the connection is closed behind the answer, as the client asked or HTTP/1.0 has it
 * @param waitsForContinue whether the client holds its body back until it is asked for it
 */
record RequestHead(
        String method,
        String host,
        RequestTarget target,
        boolean wholeServer,
        Map<String, String> headers,
        Map<String, String> spellings,
        long bodyBytes,
        boolean lastOfConnection,
        boolean waitsForContinue) {
    static final long UNKNOWN_LENGTH = -1;

    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    /** Checks what the decoder made of the bytes; its own verdict was good. */
    static RequestHead of(io.netty.handler.codec.http.HttpRequest decoded) throws RequestRefused {
        HttpHeaders fields = decoded.headers();
        long bodyBytes = bodyBytes(fields);
        checkCodings(fields);
        RequestTarget target = RequestTarget.parse(decoded.uri());
        boolean wholeServer = decoded.uri().equals(RequestTarget.WHOLE_SERVER);
        String method = decoded.method().name();
        if (wholeServer && !method.equals("OPTIONS")) {
            throw new RequestRefused(RequestFault.MALFORMED_TARGET);
        }
        // The decoder lets that version pass only where it is served.
        boolean old = decoded.protocolVersion().equals(HttpVersion.HTTP_1_0);
        String hostField = host(fields, old);
        String expectation = fields.get(HttpHeaderNames.EXPECT);
        if (expectation != null && !expectation.equalsIgnoreCase("100-continue")) {
            throw new RequestRefused(RequestFault.UNKNOWN_EXPECTATION);
        }
        return new RequestHead(
                method,
                // RFC 9112 3.2.2: an absolute target wins over the Host field.
                target.host() == null ? hostField : target.host(),
                target,
                wholeServer,
                joined(fields),
                spellings(fields),
                bodyBytes,
                old || fields.containsValue(HttpHeaderNames.CONNECTION, "close", true),
                expectation != null);
    }

    /** Clients of HTTP/1.0 know no Host field. */
    private static String host(HttpHeaders fields, boolean old) throws RequestRefused {
        List<String> hosts = fields.getAll(HttpHeaderNames.HOST);
        if (hosts.isEmpty() && old) {
            return "";
        }
        if (hosts.size() != 1) {
            throw new RequestRefused(RequestFault.MALFORMED_HOST);
        }
        return RequestTarget.host(hosts.getFirst());
    }

    private static long bodyBytes(HttpHeaders fields) throws RequestRefused {
        List<String> lengths = fields.getAll(HttpHeaderNames.CONTENT_LENGTH);
        List<String> codings = fields.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (lengths.size() > 1 || codings.size() > 1 || (!lengths.isEmpty() && !codings.isEmpty())) {
            throw new RequestRefused(RequestFault.AMBIGUOUS_LENGTH);
        }
        if (!codings.isEmpty() && !codings.getFirst().equalsIgnoreCase("chunked")) {
            throw new RequestRefused(RequestFault.UNKNOWN_TRANSFER_CODING);
        }
        if (lengths.isEmpty()) {
            return codings.isEmpty() ? 0 : UNKNOWN_LENGTH;
        }
        if (!LENGTH.matcher(lengths.getFirst()).matches()) {
            throw new RequestRefused(RequestFault.AMBIGUOUS_LENGTH);
        }
        return Long.parseLong(lengths.getFirst());
    }

    private static void checkCodings(HttpHeaders fields) throws RequestRefused {
        for (String coding : fields.getAll(HttpHeaderNames.CONTENT_ENCODING)) {
            if (!coding.equalsIgnoreCase("identity")) {
                throw new RequestRefused(RequestFault.ENCODED_BODY);
            }
        }
    }

    private static Map<String, String> joined(HttpHeaders fields) throws RequestRefused {
        Map<String, String> joined = new HashMap<>();
        for (Map.Entry<String, String> field : fields) {
            joined.merge(
                    field.getKey().toLowerCase(Locale.ROOT),
                    utf8(field.getValue()),
                    (before, more) -> before + ", " + more);
        }
        return joined;
    }

    private static Map<String, String> spellings(HttpHeaders fields) {
        Map<String, String> spellings = new HashMap<>();
        for (Map.Entry<String, String> field : fields) {
            String name = field.getKey();
            String lower = name.toLowerCase(Locale.ROOT);
            if (!lower.equals(name)) {
                spellings.putIfAbsent(lower, name);
            }
        }
        return spellings;
    }

    /** The decoder makes one character of each byte; what was sent is UTF-8. */
    private static String utf8(String bytes) throws RequestRefused {
        if (bytes.chars().allMatch(c -> c < 0x80)) {
            return bytes;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw new RequestRefused(RequestFault.MALFORMED_FIELD);
        }
    }

    /** Whether a body follows, even an empty one in chunks. */
    boolean announcesBody() {
        return bodyBytes != 0;
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    /** The request as it was sent, for whoever switches protocols. */
    HttpRequest asSent(Connection connection) {
        return new HttpRequest(
                method, host, target.path(), target.query(), headers, spellings, new byte[0], connection);
    }

    /** The request for a face, which is asked for a HEAD as for a GET. */
    HttpRequest request(byte[] body, Connection connection) {
        return new HttpRequest(
                isHead() ? "GET" : method, host, target.path(), target.query(), headers, spellings, body, connection);
    }
}
