/** What each device speaks: its latest handshake and the software that it runs. */
@NullMarked
package dev.holdfast.insight.fleet;

import org.jspecify.annotations.NullMarked;
