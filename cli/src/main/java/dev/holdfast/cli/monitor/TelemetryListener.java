package dev.holdfast.cli.monitor;

import java.time.Duration;

/** Told by a {@link TelemetryReader}, on the thread that runs it. It may take its time: the hub waits. */
public interface TelemetryListener {
    /** Reading began, or began again after it was interrupted. */
    void connected(String hub, int partitions);

    void event(TelemetryEvent event);

    /** The connection broke; it is tried again. */
    void interrupted(String why, Duration retryIn);
}
