/** Device-to-cloud messages: taking them in, and how they stand in the log. */
@NullMarked
package dev.holdfast.hub.telemetry;

import org.jspecify.annotations.NullMarked;
