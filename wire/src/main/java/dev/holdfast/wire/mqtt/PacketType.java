package dev.holdfast.wire.mqtt;

import org.jspecify.annotations.Nullable;

/** The packet types of MQTT 3.1.1 (table 2.1) in the order of their numbers, and who may send them. */
enum PacketType {
    CONNECT(1, true, 0),
    CONNACK(2, false, 0),
    /** Its flags say something of their own. */
    PUBLISH(3, true, -1),
    PUBACK(4, true, 0),
    PUBREC(5, true, 0),
    PUBREL(6, true, 2),
    PUBCOMP(7, true, 0),
    SUBSCRIBE(8, true, 2),
    SUBACK(9, false, 0),
    UNSUBSCRIBE(10, true, 2),
    UNSUBACK(11, false, 0),
    PINGREQ(12, true, 0),
    PINGRESP(13, false, 0),
    DISCONNECT(14, true, 0);

    private static final PacketType[] ALL = values();

    private final int number;
    private final boolean fromClient;
    private final int flags;

    PacketType(int number, boolean fromClient, int flags) {
        this.number = number;
        this.fromClient = fromClient;
        this.flags = flags;
    }

    /** The type that the first byte of a packet names; null for the two reserved numbers. */
    static @Nullable PacketType of(int firstByte) {
        int number = (firstByte >> 4) & 0x0F;
        return number == 0 || number == 15 ? null : ALL[number - 1];
    }

    int number() {
        return number;
    }

    boolean isFromClient() {
        return fromClient;
    }

    boolean allowsFlags(int firstByte) {
        return flags < 0 || (firstByte & 0x0F) == flags;
    }

    /** Whether it belongs to the exchange of a QoS 2 message. */
    boolean isQos2() {
        return this == PUBREC || this == PUBREL || this == PUBCOMP;
    }
}
