package dev.holdfast.hub.fault;

import java.time.Duration;

/**
 * A device asks for a fault of its own connection.
 *
 * @param closeReason the device's own words, printable and bounded; empty for none
 * @param delay from now until it happens
 * @param duration for how long requests are refused then, where the kind is such
 */
public record FaultOrder(FaultKind kind, String closeReason, Duration delay, Duration duration) {}
