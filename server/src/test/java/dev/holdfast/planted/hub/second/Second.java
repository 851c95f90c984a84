package dev.holdfast.planted.hub.second;

import dev.holdfast.planted.hub.first.First;
import org.jspecify.annotations.Nullable;

/** The other half. */
public record Second(@Nullable First first) {}
