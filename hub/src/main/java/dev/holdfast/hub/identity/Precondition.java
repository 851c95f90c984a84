package dev.holdfast.hub.identity;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must hold of a stored device before it is changed; judged inside the transaction that changes it. */
public sealed interface Precondition {
    /** The device exists, in whatever version. */
    record Exists() implements Precondition {}

    /** The device exists and has one of these etags (without quotes). */
    record HasEtag(List<String> etags) implements Precondition {
        public HasEtag {
            etags = List.copyOf(etags);
        }
    }

    /**
     * Reads an If-Match field, in every spelling that clients have for it: {@code *} and etags, each with or without quotes and
     * with or without the mark of a weak one.
     *
     * @param field null when the request had none, which demands existence only
     */
    static Precondition ifMatch(@Nullable String field) {
        if (field == null) {
            return new Exists();
        }
        // No etag that this server made holds a comma or a quote, so a list may be taken apart at its commas.
        List<String> etags =
                Arrays.stream(field.split(",", -1)).map(Precondition::bare).toList();
        return etags.contains("*") ? new Exists() : new HasEtag(etags);
    }

    private static String bare(String spelled) {
        String etag = spelled.strip();
        if (etag.startsWith("W/")) {
            etag = etag.substring(2);
        }
        boolean quoted = etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"");
        return quoted ? etag.substring(1, etag.length() - 1) : etag;
    }

    /** Whether a device with this etag may be changed. */
    default boolean allows(String etag) {
        return switch (this) {
            case Exists() -> true;
            case HasEtag(var etags) -> etags.contains(etag);
        };
    }
}
