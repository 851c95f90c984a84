package dev.holdfast.hub.throttle;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much may pass: a token bucket of {@code burst}, which {@code count} tokens a unit of time fill.
 *
 * @param count in a unit of time, 1 to {@link #MAX}; 0 for {@link #OFF}
 * @param burst how many may pass at once after a silence, 1 to {@link #MAX}; 0 for {@link #OFF}
 */
public record Rate(int count, Unit unit, int burst) {
    /** Everything passes. */
    public static final Rate OFF = new Rate(0, Unit.SECOND, 0);

    public static final int MAX = 10_000_000;

    private static final String OFF_WORD = "off";
    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,7})/(second|minute)(?::([1-9][0-9]{0,7}))?");

    /** Of time. */
    public enum Unit {
        SECOND(Duration.ofSeconds(1)),
        MINUTE(Duration.ofMinutes(1));

        private final long nanos;

        Unit(Duration time) {
            this.nanos = time.toNanos();
        }

        long nanos() {
            return nanos;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Rate {
        boolean off = count == 0 && burst == 0;
        if (!off && (count < 1 || count > MAX || burst < 1 || burst > MAX)) {
            throw new IllegalArgumentException("a rate and its burst are 1 to " + MAX);
        }
    }

    public boolean isOff() {
        return count == 0;
    }

    /**
     * Reads {@code 100/minute}, {@code 100/minute:20} with the burst behind the colon, or {@code off}. Without a burst as many may pass at
     * once as in a unit of time. Empty for anything else.
     */
    public static Optional<Rate> parse(String text) {
        if (text.equals(OFF_WORD)) {
            return Optional.of(OFF);
        }
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        int count = Integer.parseInt(parts.group(1));
        int burst = parts.group(3) == null ? count : Integer.parseInt(parts.group(3));
        return count > MAX || burst > MAX
                ? Optional.empty()
                : Optional.of(new Rate(count, Unit.valueOf(parts.group(2).toUpperCase(Locale.ROOT)), burst));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return isOff() ? OFF_WORD : count + "/" + unit.word() + (burst == count ? "" : ":" + burst);
    }

    /** For sentences. */
    String explain() {
        return count + " a " + unit.word() + ", " + burst + " at once";
    }
}
