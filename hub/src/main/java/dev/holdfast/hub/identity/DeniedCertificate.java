package dev.holdfast.hub.identity;

import java.time.Instant;

/**
 * A certificate, or a key, that opens nothing in a hub, whoever issued it and whatever is registered.
 *
 * @param note why, for people; may be empty
 */
public record DeniedCertificate(CertificateMark mark, String note, Instant created) {
    public String id() {
        return mark.id();
    }

    /** For sentences: by what it is denied, and why. */
    public String printed() {
        return "by " + mark.printed() + (note.isEmpty() ? "" : " (" + note + ")");
    }
}
