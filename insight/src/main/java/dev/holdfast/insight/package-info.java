/** What connections teach: what its parts share. */
@NullMarked
package dev.holdfast.insight;

import org.jspecify.annotations.NullMarked;
