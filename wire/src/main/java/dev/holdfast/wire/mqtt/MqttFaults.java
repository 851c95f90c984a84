package dev.holdfast.wire.mqtt;

import dev.holdfast.wire.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Told of connections that were refused before any session was there to tell. Quick; runs on the event loop.
 */
@FunctionalInterface
public interface MqttFaults {
    /** @param connect null when no CONNECT could be read */
    void happened(Connection connection, @Nullable MqttConnect connect, MqttFault fault);
}
