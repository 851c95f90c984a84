package dev.holdfast.hub.telemetry;

import dev.holdfast.hub.identity.Identity;

/** Where a stored message comes from. */
public sealed interface Origin {
    /** Who sent it, or whom it is about. */
    Identity identity();

    /** A device or module sent it. */
    record Sent(Stamp stamp) implements Origin {
        @Override
        public Identity identity() {
            return stamp.sender();
        }
    }

    /** The hub tells of an identity. */
    record Told(EventSource source, Identity identity) implements Origin {}
}
