/**
 * Digital twins: a device twin seen as properties and components of a model, as IoT Plug and Play has it. They are a view of the device
 * twin and keep nothing of their own.
 *
 * <p>{@link dev.holdfast.hub.twin.digital.DigitalTwinView} makes the view; {@link dev.holdfast.hub.twin.digital.DigitalTwins} changes
 * desired properties by a JSON patch (RFC 6902) and calls commands.
 */
@NullMarked
package dev.holdfast.hub.twin.digital;

import org.jspecify.annotations.NullMarked;
