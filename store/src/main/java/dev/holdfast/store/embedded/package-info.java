/**
 * The engine that needs nothing beside the process: {@link dev.holdfast.store.embedded.EmbeddedTable} on SQLite and
 * {@link dev.holdfast.store.embedded.EmbeddedLog} on files of its own.
 *
 * <p>The log, from the outside in: {@code EmbeddedLog} is the door; {@code LogWriter} the one thread that writes,
 * syncs and reports; {@code Partition} a row of segments; {@code Segment} one file; {@code BatchFormat} and {@code
 * SegmentHeader} the bytes in it; {@code BatchCursor} walks them; {@code SegmentScan} judges a whole file; {@code
 * LogFiles} what is found at start.
 */
@NullMarked
package dev.holdfast.store.embedded;

import org.jspecify.annotations.NullMarked;
