/** The one home of connections that Holdfast opens itself. */
@NullMarked
package dev.holdfast.wire.client;

import org.jspecify.annotations.NullMarked;
