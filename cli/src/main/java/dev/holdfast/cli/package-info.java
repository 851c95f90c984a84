/** The {@code holdfast} command: a client of the operator API. */
@NullMarked
package dev.holdfast.cli;

import org.jspecify.annotations.NullMarked;
