/** Commands to devices: direct methods, which are answered or fail while their caller waits. */
@NullMarked
package dev.holdfast.hub.command;

import org.jspecify.annotations.NullMarked;
