package dev.holdfast.planted.hub.identity;

import dev.holdfast.planted.wire.HarmlessWire;

/** Knows a protocol in the core. */
public record KnowsWire(HarmlessWire packet) {}
