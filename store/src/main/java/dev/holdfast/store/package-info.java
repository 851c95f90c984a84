/**
 * The storage contracts. What stands in their comments is the specification; every engine runs the same contract tests.
 */
@NullMarked
package dev.holdfast.store;

import org.jspecify.annotations.NullMarked;
