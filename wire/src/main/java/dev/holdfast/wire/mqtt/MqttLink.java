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

    /**
     * As {@link #end}, and acknowledges first what the session took and stores yet, for a moment at most: for an end that is not
     * the client's fault.
     */
    void finish();

    /**
     * Sends a message to the client. Returns at once; messages of one thread keep their order. A client that does not read what it
     * is sent, or acknowledges nothing, is closed when the bounds are reached, and its receipts say that the messages are lost.
     */
    void publish(MqttDelivery message);

    /** Runs a task on the event loop after {@code delay} unless the connection is over by then. The task is quick. */
    void schedule(Duration delay, Runnable task);
}
