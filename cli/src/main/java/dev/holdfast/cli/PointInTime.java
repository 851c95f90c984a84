package dev.holdfast.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time: an instant in UTC, or how long ago it was. */
final class PointInTime implements ITypeConverter<Instant> {
    private static final Pattern AGO = Pattern.compile("([0-9]{1,6})([smhd])");

    @Override
    public Instant convert(String text) {
        Matcher ago = AGO.matcher(text);
        try {
            return ago.matches()
                    ? Instant.now().minus(duration(Long.parseLong(ago.group(1)), ago.group(2)))
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new TypeConversionException("'" + text
                    + "' is neither a time such as 2026-11-22T10:00:00Z nor how long ago, such as 15m or 2h");
        }
    }

    private static Duration duration(long count, String unit) {
        return switch (unit) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
