/**
 * The Event Hubs-compatible endpoint of a hub over AMQP 1.0: back ends prove themselves on {@code $cbs}, ask
 * {@code $management} for partitions, and read telemetry from them.
 */
@NullMarked
package dev.holdfast.hub.service.events;

import org.jspecify.annotations.NullMarked;
