/** Code that breaks the rules of the architecture on purpose, to prove that each rule finds it. */
@NullMarked
package dev.holdfast.planted;

import org.jspecify.annotations.NullMarked;
