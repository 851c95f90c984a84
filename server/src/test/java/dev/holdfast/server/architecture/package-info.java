/** The rules that packages keep among themselves, and the proof that they bite. */
@NullMarked
package dev.holdfast.server.architecture;

import org.jspecify.annotations.NullMarked;
