/** Which device is connected where: one connection for each identity, the newest wins. */
@NullMarked
package dev.holdfast.hub.link;

import org.jspecify.annotations.NullMarked;
