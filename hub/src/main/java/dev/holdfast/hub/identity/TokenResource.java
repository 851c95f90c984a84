package dev.holdfast.hub.identity;

import dev.holdfast.base.HubName;
import dev.holdfast.base.PercentDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a token is good for: a host and a path, and everything below that path.
 *
 * <p>Matched segment by segment, so that {@code dev1} does not cover {@code dev10}. The host is compared without case, a port in
 * it is ignored; the path is compared by case, except for the fixed words that start it.
 *
 * @param host in lower case, without scheme and port
 * @param path the segments, decoded, without empty ones
 */
public record TokenResource(String host, List<String> path) {
    public TokenResource {
        path = List.copyOf(path);
    }

    /**
     * Reads {@code sr} in any spelling that official clients send: encoded or not, with a scheme ({@code sb://}) or without. One
     * that can't be decoded was not encoded.
     */
    static Optional<TokenResource> parse(String asSent) {
        return split(PercentDecoder.decode(asSent).orElse(asSent));
    }

    /** Reads a resource path that is not percent-encoded, as {@code sb://host:5671/hub1/ConsumerGroups/$Default}. */
    public static Optional<TokenResource> split(String decoded) {
        int scheme = decoded.indexOf("://");
        String rest = scheme < 0 ? decoded : decoded.substring(scheme + 3);
        List<String> parts = List.of(rest.split("/", -1));
        String host = withoutPort(parts.getFirst()).toLowerCase(Locale.ROOT);
        if (host.isEmpty()) {
            return Optional.empty();
        }
        List<String> path = new ArrayList<>();
        for (String segment : parts.subList(1, parts.size())) {
            // A very old form ends in "/api-version=2016-11-14" behind an id. In the place of an id it is an id: to
            // drop it there
            // would make a token for one device one for all of them.
            if (path.size() >= 2 && path.size() % 2 == 0 && segment.startsWith("api-version=")) {
                break;
            }
            if (!segment.isEmpty()) {
                path.add(segment);
            }
        }
        return Optional.of(new TokenResource(host, path));
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        boolean isPort = colon > 0
                && colon < host.length() - 1
                && host.chars().skip(colon + 1L).allMatch(c -> c >= '0' && c <= '9')
                && (host.indexOf(':') == colon || host.charAt(colon - 1) == ']');
        return isPort ? host.substring(0, colon) : host;
    }

    /** Whether a path (decoded segments) is this one or lies below it. The host is the caller's to compare. */
    public boolean coversPath(List<String> wanted) {
        if (path.size() > wanted.size()) {
            return false;
        }
        for (int i = 0; i < path.size(); i++) {
            String have = path.get(i);
            String want = wanted.get(i);
            boolean fixedWord = i % 2 == 0 && (want.equals("devices") || want.equals("modules"));
            if (!(fixedWord ? have.equalsIgnoreCase(want) : have.equals(want))) {
                return false;
            }
        }
        return true;
    }

    /** Whether the first segment is a hub, as Event Hubs clients write it: {@code sb://host/hub1/…}. */
    boolean namesEntity(HubName hub) {
        return !path.isEmpty() && path.getFirst().equalsIgnoreCase(hub.value());
    }

    /** Whether what comes after the first segment is the beginning of a path, without regard to case. */
    boolean coversEntityPath(List<String> wanted) {
        return begins(path.subList(1, path.size()), wanted);
    }

    /** Whether a hub's host alone, or a path below its own {@code messages/events}, covers a path of the endpoint. */
    boolean coversEvents(List<String> wanted) {
        List<String> below = new ArrayList<>(List.of("messages", "events"));
        below.addAll(wanted);
        return begins(path, below);
    }

    private static boolean begins(List<String> have, List<String> wanted) {
        return have.size() <= wanted.size()
                && IntStream.range(0, have.size()).allMatch(i -> have.get(i).equalsIgnoreCase(wanted.get(i)));
    }

    @Override
    public String toString() {
        return path.isEmpty() ? host : host + "/" + String.join("/", path);
    }
}
