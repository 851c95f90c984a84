package dev.holdfast.hub.revocation;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What becomes of a device when nobody can say whether its certificate was revoked. */
public enum WhenUnknown {
    /** It comes in, counted and with a warning. */
    ALLOW,
    REFUSE;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<WhenUnknown> parse(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }
}
