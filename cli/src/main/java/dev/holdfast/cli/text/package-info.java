/** Text on a terminal. */
@NullMarked
package dev.holdfast.cli.text;

import org.jspecify.annotations.NullMarked;
