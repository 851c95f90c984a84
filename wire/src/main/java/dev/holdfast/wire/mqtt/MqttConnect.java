package dev.holdfast.wire.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * A CONNECT, within its bounds and with valid text.
 *
 * @param clientId may be empty when {@code cleanSession}
 * @param userName null when none was sent
 * @param password null when none was sent; owned by this record, and never printed
 * @param keepAliveSeconds as sent; 0 means that the client promised nothing
 */
public record MqttConnect(
        String clientId,
        @Nullable String userName,
        byte @Nullable [] password,
        boolean cleanSession,
        int keepAliveSeconds,
        @Nullable MqttWill will) {

    @Override
    public String toString() {
        return "MqttConnect[clientId=" + clientId + ", userName=" + userName + "]";
    }
}
