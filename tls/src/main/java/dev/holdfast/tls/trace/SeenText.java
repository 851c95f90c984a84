package dev.holdfast.tls.trace;

import java.util.List;

/** What was seen on the wire, in words. */
public final class SeenText {
    private SeenText() {}

    /** A few words for the kind of thing; of bytes that are not TLS also their beginning. */
    public static String name(Seen seen) {
        return switch (seen) {
            case Seen.Message message -> message.message().messageName();
            case Seen.CipherChange _ -> "ChangeCipherSpec";
            case Seen.Alert alert ->
                "Alert " + AlertDescription.nameOf(alert.code()) + (alert.fatal() ? "" : " (a warning)");
            case Seen.Encrypted _ -> "encrypted record";
            case Seen.Unreadable(var _, var _, var _, var what) -> "unreadable: " + what;
        };
    }

    public static List<Details.Detail> details(Seen seen) {
        return seen instanceof Seen.Message message ? Details.of(message.message()) : List.of();
    }
}
