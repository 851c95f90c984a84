/** Who waits for the next handshake that reaches the server, and what it is told of it. */
@NullMarked
package dev.holdfast.insight.trace;

import org.jspecify.annotations.NullMarked;
