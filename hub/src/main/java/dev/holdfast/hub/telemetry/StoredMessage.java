package dev.holdfast.hub.telemetry;

import dev.holdfast.store.Log;
import java.time.Instant;

/**
 * A message as a reader gets it.
 *
 * @param sequenceNumber its offset in the partition
 */
public record StoredMessage(long sequenceNumber, Instant enqueuedTime, Origin origin, TelemetryMessage message) {
    /** Reads what {@link Intake} wrote. */
    public static StoredMessage of(Log.Entry entry) {
        RecordFormat.Content content = RecordFormat.read(entry.record());
        return new StoredMessage(entry.offset(), entry.time(), content.origin(), content.message());
    }

    /** Of telemetry; the hub's own messages have none. */
    public Stamp stamp() {
        return switch (origin) {
            case Origin.Sent(var stamp) -> stamp;
            case Origin.Told _ -> throw new IllegalStateException("no device sent this");
        };
    }
}
