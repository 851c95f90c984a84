/** What the faces for devices have in common. */
@NullMarked
package dev.holdfast.hub.device;

import org.jspecify.annotations.NullMarked;
