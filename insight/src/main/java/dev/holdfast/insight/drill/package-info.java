/** Rehearsing a change of root: some devices are shown a chain under another root, and what they make of it is told. */
@NullMarked
package dev.holdfast.insight.drill;

import org.jspecify.annotations.NullMarked;
