package dev.holdfast.hub.service.events;

import dev.holdfast.store.Log;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader starts, as the selector filter of its link says it. Official clients write
 * {@code amqp.annotation.x-opt-offset > '12'}; older ones leave out the quotes, and some name the time
 * {@code x-opt-enqueuedtimeutc}. The offset of a message is its sequence number.
 */
sealed interface StartPosition {
    /** With the oldest message that is kept. */
    record Earliest() implements StartPosition {}

    /** With the next message that comes. */
    record Latest() implements StartPosition {}

    /** @param first the sequence number of the first message */
    record Sequence(long first) implements StartPosition {}

    /** With the first message at or after a time. */
    record Time(Instant from) implements StartPosition {}

    int FILTER_MAX_CHARS = 256;
    long LATEST_MILLIS = Instant.parse("9999-12-31T23:59:59Z").toEpochMilli();
    Pattern FILTER = Pattern.compile(
            "\\s*amqp\\.annotation\\.([A-Za-z-]+)\\s*(>=|>)\\s*(?:'([^']*)'|\"([^\"]*)\"|([^\\s'\"]+))\\s*");

    /**
     * Reads the filter; empty when it can't be understood.
     *
     * @param filter null when the link has none
     */
    static Optional<StartPosition> parse(@Nullable Object filter) {
        if (filter == null) {
            return Optional.of(new Earliest());
        }
        if (!(filter instanceof String text) || text.length() > FILTER_MAX_CHARS) {
            return Optional.empty();
        }
        Matcher parts = FILTER.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String value = firstOf(parts.group(3), parts.group(4), parts.group(5));
        boolean inclusive = parts.group(2).equals(">=");
        return switch (parts.group(1).toLowerCase(Locale.ROOT)) {
            case "x-opt-offset", "x-opt-sequence-number" -> sequence(value, inclusive);
            case "x-opt-enqueued-time", "x-opt-enqueuedtimeutc" -> time(value, inclusive);
            default -> Optional.empty();
        };
    }

    private static Optional<StartPosition> sequence(String value, boolean inclusive) {
        return switch (value) {
            case "-1" -> Optional.of(new Earliest());
            case "@latest" -> Optional.of(new Latest());
            default -> number(value).map(number -> new Sequence(inclusive ? number : number + 1));
        };
    }

    /** Times of messages have milliseconds on the wire, so the first one after a millisecond is in the next one. */
    private static Optional<StartPosition> time(String value, boolean inclusive) {
        return number(value)
                .map(millis -> Math.min(millis, LATEST_MILLIS))
                .map(millis -> new Time(Instant.ofEpochMilli(inclusive ? millis : millis + 1)));
    }

    /** A number that one can be added to. */
    private static Optional<Long> number(String digits) {
        if (digits.isEmpty() || digits.length() > 18 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        return Optional.of(Long.parseLong(digits));
    }

    private static String firstOf(@Nullable String... values) {
        for (String value : values) {
            if (value != null) {
                return value;
            }
        }
        return "";
    }

    /** As a sentence names it. */
    default String describe() {
        return switch (this) {
            case Earliest() -> "the oldest message";
            case Latest() -> "the next message";
            case Sequence(var first) -> "sequence number " + first;
            case Time(var from) -> from.toString();
        };
    }

    /** The sequence number of the first message to read. Reads the log's files. */
    default long resolve(Log log, int partition) {
        return switch (this) {
            case Earliest() -> log.extent(partition).first();
            case Latest() -> log.extent(partition).next();
            case Sequence(var first) -> first;
            case Time(var from) -> log.offsetAt(partition, from);
        };
    }
}
