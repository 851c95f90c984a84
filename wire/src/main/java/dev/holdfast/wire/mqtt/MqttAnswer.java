package dev.holdfast.wire.mqtt;

/** What a {@link MqttFace} says to a CONNECT. */
public sealed interface MqttAnswer {
    /** @param sessionPresent whether the hub kept a session of this client, which CONNACK tells */
    record Accepted(MqttSession session, boolean sessionPresent) implements MqttAnswer {}

    /** Not let in: CONNACK with this code, then the connection is closed. */
    record Refused(ConnackCode code) implements MqttAnswer {}
}
