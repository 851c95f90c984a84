package dev.holdfast.wire.mqtt;

/** @param qos the most that the client asks for, 0 to 2 */
public record MqttSubscription(String filter, int qos) {}
