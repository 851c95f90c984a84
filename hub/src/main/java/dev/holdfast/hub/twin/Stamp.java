package dev.holdfast.hub.twin;

import java.time.Instant;

/** When something was updated last, and to which version of its section. */
record Stamp(Instant time, long version) {}
