package dev.holdfast.planted.hub.identity;

import dev.holdfast.planted.wire.Packet;

/** Knows a protocol in the core. */
public record KnowsWire(Packet packet) {}
