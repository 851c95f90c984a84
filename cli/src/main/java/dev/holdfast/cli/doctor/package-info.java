/** What the command {@code doctor} looks at: each check gives findings, and none changes anything. */
@NullMarked
package dev.holdfast.cli.doctor;

import org.jspecify.annotations.NullMarked;
