package dev.holdfast.planted.hub.identity;

import io.netty.buffer.ByteBuf;

/** Knows a protocol's bytes in the core. */
public record KnowsBuffers(ByteBuf bytes) {}
