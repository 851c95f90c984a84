package dev.holdfast.planted.hub.first;

import dev.holdfast.planted.hub.second.Second;
import org.jspecify.annotations.Nullable;

/** Half of a cycle. */
public record First(@Nullable Second second) {}
