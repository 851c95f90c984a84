/** What authorities say of certificates that they took back: lists, OCSP answers, and what follows for a device. */
@NullMarked
package dev.holdfast.hub.revocation;

import org.jspecify.annotations.NullMarked;
