/**
 * The file that a backup is: a tar archive of plain files, with facts about it as its first entry and the checksums of all others as
 * its last. Written and read as a stream, in bounded memory. docs/decisions/008-backup.md has the reasons.
 */
@NullMarked
package dev.holdfast.base.archive;

import org.jspecify.annotations.NullMarked;
