package dev.holdfast.wire.mqtt;

import dev.holdfast.wire.Connection;
import java.time.Duration;

/** A face's hold on one MQTT connection. Any thread. */
public interface MqttLink {
    Connection connection();

    /**
     * Ends the connection. Returns at once; from then on no packet of the client reaches the session, save one whose
     * handling has begun. A second call does nothing.
     */
    void end();

    /** Runs a task on the event loop after {@code delay} unless the connection is over by then. The task is quick. */
    void schedule(Duration delay, Runnable task);
}
