package dev.holdfast.wire.mqtt;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.mqtt.MqttFault.AcknowledgementsMissing;
import dev.holdfast.wire.mqtt.MqttFault.ReaderTooSlow;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The messages on their way to one client: those that wait for the network, bounded in bytes, and those that wait for their PUBACK,
 * bounded in number. What does not fit is a fault of the connection: a client that does not read would cost memory without end.
 *
 * <p>Confined to the event loop, except {@link #reserve}.
 */
final class Deliveries {
    private static final int PACKET_ID_MAX = 65_535;
    /** What a message takes besides its topic and payload. */
    private static final int OVERHEAD_BYTES = 64;

    private final Limits.Mqtt limits;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Map<Integer, DeliveryReceipt> unacknowledged = new HashMap<>();
    private int lastId;
    private boolean over;

    Deliveries(Limits.Mqtt limits) {
        this.limits = limits;
    }

    /** Makes room for a message; the fault of the connection when there is none. Any thread. */
    @Nullable
    MqttFault reserve(MqttDelivery delivery) {
        if (waitingBytes.addAndGet(size(delivery)) <= limits.deliveryBytesMax()) {
            return null;
        }
        release(delivery);
        return new ReaderTooSlow(limits.deliveryBytesMax());
    }

    /** Gives the room back: the message left for the network, or never will. */
    private void release(MqttDelivery delivery) {
        waitingBytes.addAndGet(-size(delivery));
    }

    private static long size(MqttDelivery delivery) {
        return OVERHEAD_BYTES + delivery.topic().length() + (long) delivery.payload().length;
    }

    /** What begins with a delivery: a packet to write, or the fault that ends the connection, or nothing, since it is over. */
    sealed interface Begun {
        record Write(MqttMessage packet) implements Begun {}

        record Fault(MqttFault why) implements Begun {}

        record TooLate() implements Begun {}
    }

    Begun begin(MqttDelivery delivery) {
        if (over) {
            release(delivery);
            delivery.receipt().lost();
            return new Begun.TooLate();
        }
        if (delivery.qos() == 0) {
            return new Begun.Write(packet(delivery, 0));
        }
        if (unacknowledged.size() >= limits.deliveriesUnacknowledgedMax()) {
            release(delivery);
            delivery.receipt().lost();
            return new Begun.Fault(new AcknowledgementsMissing(limits.deliveriesUnacknowledgedMax()));
        }
        int id = nextId();
        unacknowledged.put(id, delivery.receipt());
        return new Begun.Write(packet(delivery, id));
    }

    private int nextId() {
        do {
            lastId = lastId == PACKET_ID_MAX ? 1 : lastId + 1;
        } while (unacknowledged.containsKey(lastId));
        return lastId;
    }

    private static MqttMessage packet(MqttDelivery delivery, int id) {
        return MqttMessageBuilders.publish()
                .topicName(delivery.topic())
                .qos(MqttQoS.valueOf(delivery.qos()))
                .messageId(id)
                .payload(Unpooled.wrappedBuffer(delivery.payload()))
                .build();
    }

    void written(MqttDelivery delivery, boolean success) {
        release(delivery);
        if (delivery.qos() == 0) {
            if (success) {
                delivery.receipt().taken();
            } else {
                delivery.receipt().lost();
            }
        }
    }

    /** A PUBACK came; one of nothing that waits is passed over, since it may be of an earlier connection of the client. */
    void acknowledged(int packetId) {
        DeliveryReceipt receipt = unacknowledged.remove(packetId);
        if (receipt != null) {
            receipt.taken();
        }
    }

    /** The connection is over. */
    void end() {
        over = true;
        List<DeliveryReceipt> left = new ArrayList<>(unacknowledged.values());
        unacknowledged.clear();
        left.forEach(DeliveryReceipt::lost);
    }
}
