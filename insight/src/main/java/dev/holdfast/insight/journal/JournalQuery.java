package dev.holdfast.insight.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which reports are wanted; null for any.
 *
 * @param hub that was asked for, or where none was known that of the likeliest device
 * @param device its id, by case, for itself and its modules, or {@code device/module}; also reports whose likeliest device it is
 * @param address as text, without a port
 * @param reason without regard to case
 * @param since and {@code until}: both included
 * @param before the id of a report; only older ones
 */
public record JournalQuery(
        @Nullable String hub,
        @Nullable String device,
        @Nullable String address,
        @Nullable String reason,
        @Nullable Instant since,
        @Nullable Instant until,
        @Nullable String before) {
    /** All of them. */
    public static final JournalQuery ALL = new JournalQuery(null, null, null, null, null, null, null);

    boolean matches(JournalEntry entry) {
        return (hub == null || hub.equalsIgnoreCase(entry.hub() == null ? entry.likelyHub() : entry.hub()))
                && (device == null || isOf(device, entry.device()) || isOf(device, entry.likelyDevice()))
                && (address == null || address.equals(entry.address()))
                && (reason == null || reason.equalsIgnoreCase(entry.reason()))
                && (since == null || !entry.time().isBefore(since))
                && (until == null || !entry.time().isAfter(until));
    }

    /** No id has a slash, so what follows one is a module of the device. */
    private static boolean isOf(String device, @Nullable String named) {
        return named != null && (named.equals(device) || named.startsWith(device + "/"));
    }
}
