package dev.holdfast.hub.revocation;

import dev.holdfast.pki.RevocationList;
import java.security.PublicKey;
import java.time.Instant;

/**
 * A revocation list that counts in a hub.
 *
 * @param key of the authority that signed it, so that it never speaks for another one of the same name
 * @param origin where it came from: a URL, or {@code upload}
 * @param received when this list was taken for the first time
 */
public record HeldList(RevocationList list, PublicKey key, String origin, Instant received) {
    public static final String UPLOAD = "upload";

    /** Whether the next one is overdue. */
    public boolean isStale(Instant now) {
        return now.isAfter(list.nextUpdate());
    }
}
