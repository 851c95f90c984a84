package dev.holdfast.planted.wire;

import io.netty.buffer.ByteBuf;

/** Knows buffers where they belong. */
public record HarmlessWire(ByteBuf bytes) {}
