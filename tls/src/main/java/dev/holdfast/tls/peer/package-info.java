/** What the other side of a finished handshake proved, to be judged later by the plane it asks for. */
@NullMarked
package dev.holdfast.tls.peer;

import org.jspecify.annotations.NullMarked;
