package dev.holdfast.hub.throttle;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a {@link FaultRule} does to an operation. */
public enum FaultAction {
    /** It is done, later. */
    DELAY,
    /** It is not done, and nobody is answered. */
    DROP,
    /** It is answered as if the server had failed. */
    REFUSE,
    /** The credential of the device counts as expired: its connections end, and the operation is not authorized. */
    EXPIRE,
    /** It is answered as if a throttle did not let it pass. */
    THROTTLE;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<FaultAction> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }

    public static String words() {
        return Arrays.stream(values()).map(FaultAction::word).collect(Collectors.joining(", "));
    }
}
