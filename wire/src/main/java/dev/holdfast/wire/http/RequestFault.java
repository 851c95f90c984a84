package dev.holdfast.wire.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Why a request was refused before any face saw it: the whole list. The connection is closed after each of them, because what
 * follows on it can't be told apart from the rest of the refused request.
 */
public enum RequestFault {
    MALFORMED_REQUEST_LINE(
            400,
            "The request line is not 'METHOD target HTTP/1.1' followed by CR LF. Use an HTTP library that writes it so."),
    MALFORMED_TARGET(
            400,
            "The request target is not a path: it has a broken percent-encoding, bytes that are not UTF-8, a control"
                    + " character or a segment of one or two dots. Percent-encode what may not stand in a path."),
    MALFORMED_HOST(
            400,
            "The request needs exactly one Host field with a host name and an optional port."
                    + " Use an HTTP/1.1 library, which sends one."),
    MALFORMED_FIELD(
            400,
            "A header field is not 'name: value' followed by CR LF. Folded lines, lines that end in LF alone, blanks"
                    + " before the colon and control characters are refused. Correct the client or update its HTTP library."),
    AMBIGUOUS_LENGTH(
            400,
            "The length of the body is ambiguous: send one Content-Length with digits only, or one"
                    + " 'Transfer-Encoding: chunked', never both."),
    MALFORMED_CHUNK(
            400,
            "The chunked body is malformed. Chunk extensions and trailer fields are refused."
                    + " Send the body with a Content-Length instead."),
    TOO_SLOW(
            408,
            "The request did not arrive in time. Look at the client's network, and at whether it sends the whole request at once."),
    BODY_TOO_LARGE(413, "The body is larger than this server takes. Send less at once."),
    TARGET_TOO_LONG(414, "The request line is longer than this server takes. Send a shorter path and query."),
    ENCODED_BODY(415, "Content-Encoding is not supported: send the body uncompressed."),
    UNKNOWN_EXPECTATION(417, "The only expectation that is supported is '100-continue'. Send that one or none."),
    TOO_MANY_BODIES(
            429,
            "The unfinished requests of your address hold as much memory as those of one address may. Send fewer at once,"
                    + " and try again in a moment."),
    FIELDS_TOO_LARGE(
            431,
            "The header fields are more or longer than this server takes. Send fewer and shorter ones, of cookies for example."),
    UNKNOWN_TRANSFER_CODING(
            501, "The only transfer coding that is supported is 'chunked'. Use it, or send a Content-Length."),
    OVERLOADED(503, "The server holds as many request bodies as it may. Wait, and try again in a moment."),
    VERSION_NOT_SUPPORTED(505, "The only protocol version that is served is HTTP/1.1. Use a client that speaks it.");

    private final int status;
    private final String explanation;
    private final String reason;

    RequestFault(int status, String explanation) {
        this.status = status;
        this.explanation = explanation;
        this.reason = Arrays.stream(name().split("_"))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    /** The HTTP status that is answered. */
    public int status() {
        return status;
    }

    /** What was wrong and what to change, in sentences. */
    public String explain() {
        return explanation;
    }

    /** Stable word for logs, metrics and reports: {@code MalformedTarget}. */
    public String reason() {
        return reason;
    }
}
