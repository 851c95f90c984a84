package dev.holdfast.cli.monitor;

import java.time.Instant;

/** Where reading begins. */
public sealed interface TelemetryStart {
    /** With what comes from now on. */
    record Now() implements TelemetryStart {}

    /** With the oldest message that the hub keeps. */
    record Earliest() implements TelemetryStart {}

    record Since(Instant time) implements TelemetryStart {}
}
