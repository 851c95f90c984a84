/** The TLS policies of this installation: which there are, which hub has which, and the host names that lead to them. */
@NullMarked
package dev.holdfast.server.policy;

import org.jspecify.annotations.NullMarked;
