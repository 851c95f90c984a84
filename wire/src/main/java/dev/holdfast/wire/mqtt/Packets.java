package dev.holdfast.wire.mqtt;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import java.util.List;

/** Between the codec's packets and the values that faces see. */
final class Packets {
    private Packets() {}

    static MqttConnect connect(MqttConnectMessage message) {
        var header = message.variableHeader();
        var payload = message.payload();
        MqttWill will = header.isWillFlag()
                ? new MqttWill(
                        payload.willTopic(), header.willQos(), header.isWillRetain(), payload.willMessageInBytes())
                : null;
        return new MqttConnect(
                payload.clientIdentifier(),
                header.hasUserName() ? payload.userName() : null,
                header.hasPassword() ? payload.passwordInBytes() : null,
                header.isCleanSession(),
                header.keepAliveTimeSeconds(),
                will);
    }

    static MqttPublish publish(MqttPublishMessage message) {
        MqttFixedHeader header = message.fixedHeader();
        return new MqttPublish(
                message.variableHeader().topicName(),
                header.qosLevel().value(),
                header.isRetain(),
                header.isDup(),
                ByteBufUtil.getBytes(message.payload()));
    }

    /** 0 when it asks for no acknowledgement. */
    static int packetId(MqttPublishMessage message) {
        return message.fixedHeader().qosLevel() == MqttQoS.AT_LEAST_ONCE
                ? message.variableHeader().packetId()
                : 0;
    }

    static int packetId(MqttMessage puback) {
        return ((MqttMessageIdVariableHeader) puback.variableHeader()).messageId();
    }

    static List<MqttSubscription> subscriptions(MqttSubscribeMessage message) {
        return message.payload().topicSubscriptions().stream()
                .map(asked -> new MqttSubscription(
                        asked.topicFilter(), asked.qualityOfService().value()))
                .toList();
    }

    static MqttMessage subAck(int packetId, List<Grant> grants) {
        List<Integer> codes = grants.stream().map(Grant::code).toList();
        return new MqttSubAckMessage(
                header(MqttMessageType.SUBACK),
                MqttMessageIdVariableHeader.from(packetId),
                new MqttSubAckPayload(codes));
    }

    static MqttMessage unsubAck(int packetId) {
        return new MqttUnsubAckMessage(header(MqttMessageType.UNSUBACK), MqttMessageIdVariableHeader.from(packetId));
    }

    private static MqttFixedHeader header(MqttMessageType type) {
        return new MqttFixedHeader(type, false, MqttQoS.AT_MOST_ONCE, false, 0);
    }
}
