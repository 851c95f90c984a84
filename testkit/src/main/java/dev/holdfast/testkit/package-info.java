/** What tests of several modules share. */
@NullMarked
package dev.holdfast.testkit;

import org.jspecify.annotations.NullMarked;
