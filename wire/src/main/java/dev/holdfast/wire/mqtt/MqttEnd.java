package dev.holdfast.wire.mqtt;

/**
 * How a connection ended: the whole list. The Will is due in every case but {@link Disconnected} (MQTT 3.1.1,
 * 3.1.2.5).
 */
public sealed interface MqttEnd {
    /** The client said DISCONNECT. */
    record Disconnected() implements MqttEnd {}

    /** The socket was closed or failed without a DISCONNECT. */
    record Lost() implements MqttEnd {}

    /** The client broke a rule, or fell silent. */
    record Faulted(MqttFault fault) implements MqttEnd {}

    /** The face ended it, or refused a message. */
    record EndedByFace() implements MqttEnd {}
}
