package dev.holdfast.hub.twin;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as the service SDKs read them: UTC, with seven digits behind the second. */
public final class TwinTime {
    /** What clients take for "never". */
    static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private TwinTime() {}

    public static String print(Instant time) {
        return time.equals(NEVER) ? NEVER.toString() : FORMAT.format(time);
    }
}
