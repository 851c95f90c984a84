/** What may pass a hub, and how much of it: one gate for each hub, which every core asks before it does something. */
@NullMarked
package dev.holdfast.hub.throttle;

import org.jspecify.annotations.NullMarked;
