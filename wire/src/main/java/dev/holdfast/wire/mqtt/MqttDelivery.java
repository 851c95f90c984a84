package dev.holdfast.wire.mqtt;

import dev.holdfast.base.Utf8;

/**
 * A message for the client.
 *
 * @param topic without wildcards; at most 65,535 bytes in UTF-8
 * @param qos 0 or 1
 * @param receipt told what became of it
 */
public record MqttDelivery(String topic, byte[] payload, int qos, DeliveryReceipt receipt) {
    private static final int TOPIC_MAX_BYTES = 65_535;

    public MqttDelivery {
        if (qos < 0 || qos > 1) {
            throw new IllegalArgumentException("QoS " + qos);
        }
        // The length has two bytes: a longer topic would be read as a shorter one and a payload that begins too early.
        if (Utf8.length(topic) > TOPIC_MAX_BYTES) {
            throw new IllegalArgumentException("a topic of more than " + TOPIC_MAX_BYTES + " bytes");
        }
    }

    /** One of which nobody wants to hear again. */
    public static MqttDelivery of(String topic, byte[] payload, int qos) {
        return new MqttDelivery(topic, payload, qos, new DeliveryReceipt() {
            @Override
            public void taken() {}

            @Override
            public void lost() {}
        });
    }
}
