/**
 * The service API of a hub over HTTPS: what back ends and tools ask for. Translates and decides nothing.
 *
 * <p>{@link dev.holdfast.hub.service.http.ServiceRoutes} is the table of what exists, with the right that each entry needs; {@link
 * dev.holdfast.hub.service.http.ServiceApi} judges the caller before it looks at anything else.
 */
@NullMarked
package dev.holdfast.hub.service.http;

import org.jspecify.annotations.NullMarked;
