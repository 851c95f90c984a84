/** IoT hubs: what one is made of, and which host names and paths lead to it. */
@NullMarked
package dev.holdfast.hub;

import org.jspecify.annotations.NullMarked;
