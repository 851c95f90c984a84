package dev.holdfast.cli.trace;

import dev.holdfast.tls.trace.AlertDescription;
import dev.holdfast.tls.trace.Details;
import dev.holdfast.tls.trace.Seen;
import java.util.List;

/** What was seen on the wire, in words. */
final class SeenText {
    private SeenText() {}

    /** A few words for the kind of thing. */
    static String name(Seen seen) {
        return switch (seen) {
            case Seen.Message message -> message.message().messageName();
            case Seen.CipherChange _ -> "ChangeCipherSpec";
            case Seen.Alert alert ->
                "Alert " + AlertDescription.nameOf(alert.code()) + (alert.fatal() ? "" : " (a warning)");
            case Seen.Encrypted _ -> "encrypted record";
            case Seen.Unreadable(var _, var _, var _, var what) -> "unreadable: " + what;
        };
    }

    static List<Details.Detail> details(Seen seen) {
        return seen instanceof Seen.Message message ? Details.of(message.message()) : List.of();
    }
}
