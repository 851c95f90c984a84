/** Refused connections, one report each, in a durable and bounded store. */
@NullMarked
package dev.holdfast.insight.journal;

import org.jspecify.annotations.NullMarked;
