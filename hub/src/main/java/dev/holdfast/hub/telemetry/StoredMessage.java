package dev.holdfast.hub.telemetry;

import dev.holdfast.store.Log;
import java.time.Instant;

/**
 * A message as a reader gets it.
 *
 * @param sequenceNumber its offset in the partition
 */
public record StoredMessage(long sequenceNumber, Instant enqueuedTime, Stamp stamp, TelemetryMessage message) {
    /** Reads what {@link Intake} wrote. */
    public static StoredMessage of(Log.Entry entry) {
        SendTelemetry sent = RecordFormat.read(entry.record());
        return new StoredMessage(entry.offset(), entry.time(), sent.stamp(), sent.message());
    }
}
