package dev.holdfast.hub.telemetry;

/** A device asks to have a message stored. */
public record SendTelemetry(Stamp stamp, TelemetryMessage message) {}
