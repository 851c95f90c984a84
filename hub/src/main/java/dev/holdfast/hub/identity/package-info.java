/** Who may do what: the registry of devices, shared access policies, tokens, and the judge of both. */
@NullMarked
package dev.holdfast.hub.identity;

import org.jspecify.annotations.NullMarked;
