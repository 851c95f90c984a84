/** Reads telemetry as a back end does, over AMQP, for the monitor command. */
@NullMarked
package dev.holdfast.cli.monitor;

import org.jspecify.annotations.NullMarked;
