/**
 * The twin of a device or module: tags, desired and reported properties, kept durably and told of.
 *
 * <p>{@link dev.holdfast.hub.twin.TwinReader} reads what a client sends, within bounds; {@link dev.holdfast.hub.twin.Twins} keeps
 * twins and changes them.
 */
@NullMarked
package dev.holdfast.hub.twin;

import org.jspecify.annotations.NullMarked;
