/** Backups of a running installation: what belongs into one, taken at one moment, and written as a stream. */
@NullMarked
package dev.holdfast.server.backup;

import org.jspecify.annotations.NullMarked;
