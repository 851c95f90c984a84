package dev.holdfast.wire.http;

import dev.holdfast.wire.Connection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request that was parsed within its bounds.
 *
 * @param method in upper case; GET for a HEAD, whose body the server leaves out
 * @param host the host that is asked for, from an absolute target or the Host field, in lower case and without port
 * @param path the segments of the path, percent-decoded one by one, so that an encoded slash separates nothing; no empty ones
 * @param query decoded parameters by name as sent; the first value where one is repeated
 * @param headers field values by name in lower case; values of a repeated field joined with a comma
 * @param spellings of these names where they were sent otherwise than in lower case, by name in lower case; of a repeated field the first
 * @param body owned by the request; empty when there is none
 */
public record HttpRequest(
        String method,
        String host,
        List<String> path,
        Map<String, String> query,
        Map<String, String> headers,
        Map<String, String> spellings,
        byte[] body,
        Connection connection) {
    public HttpRequest {
        path = List.copyOf(path);
        query = Map.copyOf(query);
        headers = Map.copyOf(headers);
        spellings = Map.copyOf(spellings);
    }

    /** With all names of header fields in lower case. */
    public HttpRequest(
            String method,
            String host,
            List<String> path,
            Map<String, String> query,
            Map<String, String> headers,
            byte[] body,
            Connection connection) {
        this(method, host, path, query, headers, Map.of(), body, connection);
    }

    /** A header field by name in any case. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** How the name of a header field was sent: it means the same in any case, but may itself be somebody's data. */
    public String spelling(String lowerCaseName) {
        return spellings.getOrDefault(lowerCaseName, lowerCaseName);
    }

    /** What is asked for, without what could be secret in it: no field, no query. */
    @Override
    public String toString() {
        return method + " " + host + "/" + String.join("/", path);
    }
}
