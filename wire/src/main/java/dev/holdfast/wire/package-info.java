/**
 * Bytes to packets and back. Knows no hub and no device: who may do what is decided above, by the faces that are registered
 * with the mounts of this module.
 */
@NullMarked
package dev.holdfast.wire;

import org.jspecify.annotations.NullMarked;
