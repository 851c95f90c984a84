/**
 * MQTT 3.1.1 on connections that a listener accepted: framing, packet rules, acknowledgements in order, keep-alive
 * and push-back. Knows no topic and no user: {@link dev.holdfast.wire.mqtt.MqttFace}s decide.
 */
@NullMarked
package dev.holdfast.wire.mqtt;

import org.jspecify.annotations.NullMarked;
