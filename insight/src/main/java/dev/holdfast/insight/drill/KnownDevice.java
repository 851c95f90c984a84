package dev.holdfast.insight.drill;

import org.jspecify.annotations.Nullable;

/**
 * Where and how a device came in last.
 *
 * @param address as text
 * @param shape the id of its hello's shape
 * @param serverName what it asked for (SNI); null when it named none
 */
public record KnownDevice(
        String device,
        String address,
        String shape,
        @Nullable String serverName) {}
