/**
 * Devices and modules over HTTPS. Translates and decides nothing.
 *
 * <p>There is no connection in the hub's sense: each request proves who sends it, and none ends another one.
 */
@NullMarked
package dev.holdfast.hub.device.http;

import org.jspecify.annotations.NullMarked;
