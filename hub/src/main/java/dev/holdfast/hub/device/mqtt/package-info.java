/**
 * Devices over MQTT: user names, topics and sessions as the device SDKs spell them. Translates and decides nothing;
 * who may come in is judged by {@code hub.identity}, what is taken by {@code hub.telemetry}.
 */
@NullMarked
package dev.holdfast.hub.device.mqtt;

import org.jspecify.annotations.NullMarked;
