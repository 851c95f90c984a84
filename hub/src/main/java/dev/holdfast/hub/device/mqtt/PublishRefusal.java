package dev.holdfast.hub.device.mqtt;

import dev.holdfast.hub.telemetry.TelemetryRefusal;

/** Why a message was refused, which closes the connection: the whole list. */
sealed interface PublishRefusal {
    /** Stable word for logs, metrics and reports. */
    default String reason() {
        return this instanceof NotTaken(var why) ? why.reason() : getClass().getSimpleName();
    }

    /** The telemetry topic of someone else. */
    record TopicOfOtherIdentity(String topic, String own) implements PublishRefusal {}

    record UnknownTopic(String topic, String own) implements PublishRefusal {}

    /** A request to the hub, or the answer to one, of which the topic can't be read. */
    record RequestTopicMalformed(String topic, String what) implements PublishRefusal {}

    /** Certificate renewal. */
    record NotServedOverMqtt(String topic) implements PublishRefusal {}

    record PropertiesMalformed(String what) implements PublishRefusal {}

    record NotTaken(TelemetryRefusal why) implements PublishRefusal {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case TopicOfOtherIdentity(var topic, var own) ->
                "A message came for '" + topic + "', and this connection may send to '" + own
                        + "' only. Send to that topic; a module connects with an identity of its own.";
            case UnknownTopic(var topic, var own) ->
                "A message came for the topic '" + topic + "', which the hub does not know. Send telemetry to '" + own
                        + "/', followed by properties as 'name=value&name=value'.";
            case NotServedOverMqtt(var topic) ->
                "A message came for '" + topic
                        + "', and this release does not serve certificate renewal over MQTT. Renew the certificate outside of"
                        + " the hub, and connect with the new one.";
            case RequestTopicMalformed(var topic, var what) ->
                "A request came for '" + topic + "', and its topic can't be read: " + what
                        + ". Use '$iothub/twin/GET/?$rid={id}', '$iothub/twin/PATCH/properties/reported/?$rid={id}' or"
                        + " '$iothub/methods/res/{status}/?$rid={id}'; official SDKs do so.";
            case PropertiesMalformed(var what) ->
                "The properties in the topic can't be read: " + what
                        + ". Write them as 'name=value&name=value', percent-encoded.";
            case NotTaken(var why) -> why.explain();
        };
    }
}
