package dev.holdfast.wire.mqtt;

import java.time.Duration;

/**
 * Why the endpoint itself refuses or closes a connection: the whole list. What a client is told is derived in {@link
 * Goodbye}.
 */
public sealed interface MqttFault {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** The first byte is not that of a CONNECT. */
    record NotMqtt(int firstByte) implements MqttFault {}

    /** The first packet was not complete in time. */
    record ConnectLate(Duration maxTime) implements MqttFault {}

    record PacketTooLarge(String packet, int bytes, int maxBytes) implements MqttFault {}

    record ProtocolVersionUnsupported(String protocol, int level) implements MqttFault {}

    /** A packet that breaks the rules of its own layout. */
    record MalformedPacket(String packet, String what) implements MqttFault {}

    /** A packet that may not come from a client, or not now. */
    record UnexpectedPacket(String packet, String why) implements MqttFault {}

    record WildcardInTopic(String topic) implements MqttFault {}

    record Qos2NotSupported(String packet) implements MqttFault {}

    /** No client id, and a session to be kept under it. */
    record ClientIdMissing() implements MqttFault {}

    /** No service here is meant by this user name. */
    record NobodyClaims(String userName) implements MqttFault {}

    record KeepAliveElapsed(Duration maxSilence) implements MqttFault {}

    /** The client does not read what it is sent. */
    record ReaderTooSlow(int maxBytes) implements MqttFault {}

    /** The client acknowledges nothing of what it is sent with QoS 1. */
    record AcknowledgementsMissing(int max) implements MqttFault {}

    /** A bug or a failing disk behind the endpoint; the log has the cause. */
    record InternalFailure() implements MqttFault {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case NotMqtt(var firstByte) ->
                "The first byte was 0x" + Integer.toHexString(firstByte)
                        + ", and an MQTT connection begins with CONNECT (0x10). Look at the port that the client uses.";
            case ConnectLate(var maxTime) ->
                "No complete CONNECT came within " + maxTime.toSeconds()
                        + " s after the TLS handshake. Look at what the client waits for; where its processor or network is slow, give the"
                        + " listener more time (listeners.mqtt.firstPacketMaxTime).";
            case PacketTooLarge(var packet, var bytes, var maxBytes) ->
                "A " + packet + " announced " + bytes + " bytes, and the limit is " + maxBytes + ". Send less at once.";
            case ProtocolVersionUnsupported(var protocol, var level) ->
                "The client speaks " + protocol + " level " + level
                        + ", and this port serves MQTT 3.1.1 (level 4) only. Set the client's protocol version"
                        + " to 3.1.1.";
            case MalformedPacket(var packet, var what) ->
                "A " + packet + " packet is malformed: " + what
                        + ". Update the client's MQTT library, or look at what is between.";
            case UnexpectedPacket(var packet, var why) ->
                "A " + packet + " packet came, and " + why
                        + ". Look at what the client does before it, or update its MQTT library.";
            case WildcardInTopic(var topic) ->
                "The topic '" + topic
                        + "' holds + or #, which MQTT forbids in the topic of a message. Percent-encode them in"
                        + " property values (%2B, %23); a device whose id holds one can send by AMQP or HTTPS.";
            case Qos2NotSupported(var packet) ->
                "A " + packet + " packet asked for QoS 2, which the hub does not offer. Publish with QoS 0 or 1.";
            case ClientIdMissing() ->
                "The client id is empty and CleanSession is 0, which MQTT forbids. Set the client id to the device id.";
            case NobodyClaims(var userName) ->
                "The MQTT user name '" + userName
                        + "' names no service of this installation. For a device of a hub, set it to"
                        + " '{host name}/{device id}/?api-version=2021-04-12'.";
            case KeepAliveElapsed(var maxSilence) ->
                "Nothing came for " + maxSilence.toSeconds()
                        + " s, one and a half times the keep-alive time that counts for this connection. Look at the client's network; a"
                        + " client that sends nothing else has to send PINGREQ in time.";
            case ReaderTooSlow(var maxBytes) ->
                "More than " + maxBytes
                        + " bytes wait for the client, which does not read them. Look at what blocks its program or its network; what is"
                        + " to be kept for it is sent again when it comes back.";
            case AcknowledgementsMissing(var max) ->
                "The client has acknowledged none of the last " + max
                        + " messages that it was sent with QoS 1. Look at what blocks its program; official SDKs acknowledge when the"
                        + " message handler returns.";
            case InternalFailure() -> "The server failed to handle a packet. Look into its log for the cause.";
        };
    }
}
