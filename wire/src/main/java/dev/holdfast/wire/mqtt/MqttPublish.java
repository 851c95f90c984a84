package dev.holdfast.wire.mqtt;

/**
 * A PUBLISH.
 *
 * @param topic not empty, without wildcards and control characters
 * @param qos 0 or 1
 * @param duplicate whether the client sent it before and heard no answer
 * @param payload the record's own; nobody changes it
 */
public record MqttPublish(String topic, int qos, boolean retain, boolean duplicate, byte[] payload) {}
