package dev.holdfast.hub.telemetry;

import dev.holdfast.hub.fault.FaultOrder;
import java.time.Instant;

/** What became of a {@link SendTelemetry}. */
public sealed interface TelemetryResult {
    /** It is on disk. */
    record Stored(int partition, long offset, Instant time) implements TelemetryResult {}

    /** It is none to store: it asks for a fault, which its face carries out. */
    record FaultAsked(FaultOrder order) implements TelemetryResult {}

    record Refused(TelemetryRefusal refusal) implements TelemetryResult {}
}
