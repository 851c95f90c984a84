package dev.holdfast.hub.throttle;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is asked of a hub, as far as it is held up or counted by kind. */
public enum Operation {
    /** Back ends on the identity registry; each identity of a bulk call is one. Operators are not held up. */
    REGISTRY("registry operations"),
    /** Devices and modules that proved themselves on a connection; a request over HTTPS makes none. */
    CONNECT("connections"),
    /** Messages from devices; each message of a batch is one. */
    TELEMETRY("telemetry messages"),
    /** Messages from back ends to devices. */
    MESSAGE_SEND("cloud-to-device messages"),
    /** Devices that ask for a message over HTTPS, whether one waits or not. */
    MESSAGE_RECEIVE("receives of cloud-to-device messages over HTTPS"),
    /** Calls of direct methods, in units of 4 KB of their payload that are begun. */
    METHOD("direct methods"),
    TWIN_READ("twin reads"),
    TWIN_WRITE("twin changes");

    private final String many;

    Operation(String many) {
        this.many = many;
    }

    /** As operators write it: {@code twin-read}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Several of them, for sentences. */
    String many() {
        return many;
    }

    public static Optional<Operation> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }

    /** All words, for sentences. */
    public static String words() {
        return Arrays.stream(values()).map(Operation::word).collect(Collectors.joining(", "));
    }

    /** The setting that holds for hubs that say nothing: {@code throttles.twinRead}. */
    public String setting() {
        StringBuilder path = new StringBuilder("throttles.");
        boolean upper = false;
        for (char c : word().toCharArray()) {
            if (c == '-') {
                upper = true;
            } else {
                path.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return path.toString();
    }
}
