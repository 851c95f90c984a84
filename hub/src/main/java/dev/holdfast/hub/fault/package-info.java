/** Faults that are brought about on purpose, where the installation allows it. */
@NullMarked
package dev.holdfast.hub.fault;

import org.jspecify.annotations.NullMarked;
