package dev.holdfast.hub.command;

import java.util.Locale;
import java.util.Optional;

/** Of what a message's sender wants to hear. */
public enum FeedbackWanted {
    NONE,
    POSITIVE,
    NEGATIVE,
    FULL;

    /** As services and devices spell it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what services write, in any case; empty when it is none of these. */
    public static Optional<FeedbackWanted> parse(String text) {
        for (FeedbackWanted each : values()) {
            if (each.text().equalsIgnoreCase(text)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    boolean includes(Fate fate) {
        return this == FULL || this == (fate == Fate.SUCCESS ? POSITIVE : NEGATIVE);
    }
}
