package dev.holdfast.wire.mqtt;

import org.jspecify.annotations.Nullable;

/** The last bytes that a client gets, if any: MQTT 3.1.1 can give a reason in CONNACK only. */
final class Goodbye {
    private static final int MQTT_5 = 5;

    private Goodbye() {}

    static byte[] connack(ConnackCode code) {
        return new byte[] {0x20, 2, 0, (byte) code.code()};
    }

    /** What answers a fault before the session; null to close without a word. */
    static byte @Nullable [] of(MqttFault fault) {
        return switch (fault) {
            case MqttFault.ProtocolVersionUnsupported(var protocol, var level) ->
                // In the shape of version 5, with reason 0x84 and no properties: the only one that such a client can
                // read.
                level >= MQTT_5
                        ? new byte[] {0x20, 3, 0, (byte) 0x84, 0}
                        : connack(ConnackCode.UNACCEPTABLE_PROTOCOL_VERSION);
            case MqttFault.ClientIdMissing() -> connack(ConnackCode.IDENTIFIER_REJECTED);
            case MqttFault.NobodyClaims _ -> connack(ConnackCode.NOT_AUTHORIZED);
            case MqttFault.InternalFailure() -> connack(ConnackCode.SERVER_UNAVAILABLE);
            case MqttFault.NotMqtt _,
                    MqttFault.ConnectLate _,
                    MqttFault.PacketTooLarge _,
                    MqttFault.MalformedPacket _,
                    MqttFault.UnexpectedPacket _,
                    MqttFault.WildcardInTopic _,
                    MqttFault.Qos2NotSupported _,
                    MqttFault.KeepAliveElapsed _,
                    MqttFault.ReaderTooSlow _,
                    MqttFault.AcknowledgementsMissing _ -> null;
        };
    }
}
