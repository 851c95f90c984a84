package dev.holdfast.wire.mqtt;

/**
 * A message for the client.
 *
 * @param topic without wildcards; at most 65,535 bytes in UTF-8
 * @param qos 0 or 1
 * @param receipt told what became of it
 */
public record MqttDelivery(String topic, byte[] payload, int qos, DeliveryReceipt receipt) {
    public MqttDelivery {
        if (qos < 0 || qos > 1) {
            throw new IllegalArgumentException("QoS " + qos);
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
