package dev.holdfast.wire.mqtt;

/** The message that is due when a client goes without a DISCONNECT. The array is the record's own. */
public record MqttWill(String topic, int qos, boolean retain, byte[] payload) {}
