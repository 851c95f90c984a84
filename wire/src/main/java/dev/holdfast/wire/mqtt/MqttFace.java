package dev.holdfast.wire.mqtt;

/**
 * One service on the MQTT port. Faces are asked in the order in which they were registered; the first that claims
 * answers.
 */
public interface MqttFace {
    /** Whether the client means this service. Quick, no I/O; called on the event loop. */
    boolean claims(MqttConnect connect);

    /**
     * Judges a client that was claimed. May block: it runs on a virtual thread, and nothing more is read from the
     * socket until it returns. What it throws becomes CONNACK 3 and a log line.
     *
     * @param link the connection; it may end before this returns, and the session that is returned is told so then
     */
    MqttAnswer connect(MqttConnect connect, MqttLink link);
}
