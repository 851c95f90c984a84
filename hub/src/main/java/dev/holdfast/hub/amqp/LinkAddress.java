package dev.holdfast.hub.amqp;

import dev.holdfast.base.PercentDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The address of a link. Clients write a path or a whole URI, with or without a slash in front, percent-encoded or not.
 *
 * @param text as it came, cut when nobody could mean it
 * @param host of a URI, in lower case and without port; null for a path
 * @param path the segments, decoded where they can be, without empty ones; empty for what is no address
 */
public record LinkAddress(String text, @Nullable String host, List<String> path) {
    private static final int MAX_CHARS = 1024;
    private static final int PRINTED_MAX_CHARS = 64;

    public LinkAddress {
        path = List.copyOf(path);
    }

    /** Reads what stands in a source or target; null is common there. */
    public static LinkAddress parse(@Nullable String address) {
        if (address == null || address.length() > MAX_CHARS) {
            return new LinkAddress(
                    address == null ? "" : address.substring(0, PRINTED_MAX_CHARS) + "…", null, List.of());
        }
        int scheme = address.indexOf("://");
        if (scheme < 0) {
            return new LinkAddress(address, null, segments(address));
        }
        int slash = address.indexOf('/', scheme + 3);
        String authority = address.substring(scheme + 3, slash < 0 ? address.length() : slash);
        String path = slash < 0 ? "" : address.substring(slash);
        return new LinkAddress(address, host(authority), segments(path));
    }

    private static String host(String authority) {
        int colon = authority.indexOf(':');
        return (colon < 0 ? authority : authority.substring(0, colon)).toLowerCase(Locale.ROOT);
    }

    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            if (!segment.isEmpty()) {
                segments.add(PercentDecoder.decode(segment).orElse(segment));
            }
        }
        return segments;
    }

    /** Whether a segment is a fixed word; those are compared without case, as some clients write them in another. */
    public boolean has(int index, String word) {
        return index < path.size() && path.get(index).equalsIgnoreCase(word);
    }
}
