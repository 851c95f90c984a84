/** What a policy would do to the devices that are known, before it does. */
@NullMarked
package dev.holdfast.insight.dryrun;

import org.jspecify.annotations.NullMarked;
