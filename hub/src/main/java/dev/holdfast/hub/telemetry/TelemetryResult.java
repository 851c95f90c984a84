package dev.holdfast.hub.telemetry;

import java.time.Instant;

/** What became of a {@link SendTelemetry}. */
public sealed interface TelemetryResult {
    /** It is on disk. */
    record Stored(int partition, long offset, Instant time) implements TelemetryResult {}

    record Refused(TelemetryRefusal refusal) implements TelemetryResult {}
}
