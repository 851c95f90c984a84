package dev.holdfast.base;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a hub: the first label of its host names and the path of its Event Hubs-compatible endpoint.
 *
 * <p>3 to 50 letters, digits and hyphens, no hyphen at either end. Case does not matter to any client, so a name is kept in
 * lower case. {@code localhost} is not a hub: every installation answers to it already.
 */
public record HubName(String value) implements Comparable<HubName> {
    private static final Pattern SHAPE = Pattern.compile("[a-z0-9][a-z0-9-]{1,48}[a-z0-9]");

    public HubName {
        if (!isName(value)) {
            throw new IllegalArgumentException("not a hub name: 3 to 50 of a-z, 0-9 and '-', no '-' at either end");
        }
    }

    /** Reads a name as people and clients spell it, in any case; empty when it is none. */
    public static Optional<HubName> parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return isName(lower) ? Optional.of(new HubName(lower)) : Optional.empty();
    }

    private static boolean isName(String text) {
        return SHAPE.matcher(text).matches() && !text.equals("localhost");
    }

    @Override
    public int compareTo(HubName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
