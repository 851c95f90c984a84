package dev.holdfast.wire.http;

import dev.holdfast.base.PercentDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request target in origin form, absolute form or {@code *}, decoded and checked (RFC 9112 section 3.2).
 *
 * @param host from an absolute target, in lower case and without port; null in origin form
 * @param path decoded segments without empty ones
 * @param query decoded, the first value of a repeated name
 */
record RequestTarget(@Nullable String host, List<String> path, Map<String, String> query) {
    private static final int HOST_MAX_CHARS = 255;
    private static final Pattern AUTHORITY = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{0,5})?");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://([^/?]*)(.*)");

    /** The target of {@code OPTIONS *}: the server as a whole. */
    static final String WHOLE_SERVER = "*";

    RequestTarget {
        path = List.copyOf(path);
        query = Map.copyOf(query);
    }

    /** @param text as it stands in the request line: visible ASCII without blanks */
    static RequestTarget parse(String text) throws RequestRefused {
        if (text.equals(WHOLE_SERVER)) {
            return new RequestTarget(null, List.of(), Map.of());
        }
        if (text.startsWith("/")) {
            return parse(null, text);
        }
        var absolute = ABSOLUTE.matcher(text);
        if (!absolute.matches()) {
            throw new RequestRefused(RequestFault.MALFORMED_TARGET);
        }
        return parse(host(absolute.group(1)), absolute.group(2));
    }

    private static RequestTarget parse(@Nullable String host, String pathAndQuery) throws RequestRefused {
        if (pathAndQuery.indexOf('#') >= 0 || pathAndQuery.indexOf('\\') >= 0) {
            throw new RequestRefused(RequestFault.MALFORMED_TARGET);
        }
        int mark = pathAndQuery.indexOf('?');
        String path = mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark);
        String query = mark < 0 ? "" : pathAndQuery.substring(mark + 1);
        return new RequestTarget(host, path(path), query(query));
    }

    /** The host name of a Host field or of an absolute target, in lower case and without port. */
    static String host(String authority) throws RequestRefused {
        var match = AUTHORITY.matcher(authority);
        if (authority.length() > HOST_MAX_CHARS || !match.matches()) {
            throw new RequestRefused(RequestFault.MALFORMED_HOST);
        }
        return match.group(1).toLowerCase(Locale.ROOT);
    }

    private static List<String> path(String text) throws RequestRefused {
        List<String> segments = new ArrayList<>();
        for (String part : text.split("/", -1)) {
            String segment = decode(part);
            // Clients remove dot segments themselves; one that arrives wants to lead out of somewhere.
            if (segment.equals(".") || segment.equals("..")) {
                throw new RequestRefused(RequestFault.MALFORMED_TARGET);
            }
            if (!segment.isEmpty()) {
                segments.add(segment);
            }
        }
        return segments;
    }

    private static Map<String, String> query(String text) throws RequestRefused {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : text.split("&", -1)) {
            if (!part.isEmpty()) {
                int equals = part.indexOf('=');
                String name = decode(equals < 0 ? part : part.substring(0, equals));
                parameters.putIfAbsent(name, equals < 0 ? "" : decode(part.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decode(String text) throws RequestRefused {
        String decoded =
                PercentDecoder.decode(text).orElseThrow(() -> new RequestRefused(RequestFault.MALFORMED_TARGET));
        // Control characters have no business in a name, and would break log lines and headers that repeat it.
        if (decoded.chars().anyMatch(Character::isISOControl)) {
            throw new RequestRefused(RequestFault.MALFORMED_TARGET);
        }
        return decoded;
    }
}
