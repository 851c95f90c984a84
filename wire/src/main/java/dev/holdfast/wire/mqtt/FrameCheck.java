package dev.holdfast.wire.mqtt;

import dev.holdfast.wire.mqtt.MqttFault.ClientIdMissing;
import dev.holdfast.wire.mqtt.MqttFault.MalformedPacket;
import dev.holdfast.wire.mqtt.MqttFault.ProtocolVersionUnsupported;
import dev.holdfast.wire.mqtt.MqttFault.Qos2NotSupported;
import dev.holdfast.wire.mqtt.MqttFault.WildcardInTopic;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;

/**
 * Judges one whole packet against the layout rules of MQTT 3.1.1 before the codec sees it. The codec is lenient where
 * a hub must not be: it replaces broken UTF-8, and reads other versions of the protocol.
 */
final class FrameCheck {
    private static final int LEVEL_3_1_1 = 4;
    private static final int MAX_PRINTED_CHARS = 200;
    /** Control characters have no use in a name, and break log lines; MQTT 3.1.1 (1.5.3) lets a server refuse them. */
    private static final ByteProcessor NO_CONTROL = b -> b < 0 || (b >= 0x20 && b != 0x7F);

    private final ByteBuf in;
    private final PacketType type;
    private int at;

    private FrameCheck(ByteBuf in, PacketType type, int at) {
        this.in = in;
        this.type = type;
        this.at = at;
    }

    /**
     * Throws the fault of a packet that has one.
     *
     * @param frame a whole packet; its indexes are not changed
     * @param bodyAt the index of the first byte after the remaining length
     */
    static void check(ByteBuf frame, PacketType type, int bodyAt) {
        FrameCheck check = new FrameCheck(frame, type, bodyAt);
        switch (type) {
            case CONNECT -> check.connect();
            case PUBLISH -> check.publish(frame.getByte(frame.readerIndex()));
            case PUBACK -> check.packetId();
            case SUBSCRIBE -> check.filters(true);
            case UNSUBSCRIBE -> check.filters(false);
            case PINGREQ, DISCONNECT -> check.end();
            case PUBREC, PUBREL, PUBCOMP, CONNACK, SUBACK, UNSUBACK, PINGRESP ->
                throw new IllegalStateException(type + " is refused by its first byte");
        }
    }

    private void connect() {
        int nameAt = at;
        int nameLength = unsignedShort("it ends before the protocol name");
        skip(nameLength, "the protocol name is longer than the packet");
        String name = in.toString(nameAt + 2, Math.min(nameLength, 6), StandardCharsets.US_ASCII);
        boolean known = nameLength == name.length() && (name.equals("MQTT") || name.equals("MQIsdp"));
        if (!known) {
            throw malformed("its protocol name is not MQTT");
        }
        int level = unsignedByte("it ends before the protocol level");
        if (level != LEVEL_3_1_1 || !name.equals("MQTT")) {
            throw new MqttFaultException(new ProtocolVersionUnsupported(name, level));
        }
        int flags = unsignedByte("it ends before the connect flags");
        checkConnectFlags(flags);
        unsignedShort("it ends before the keep-alive time");
        connectPayload(flags);
        if (at != in.writerIndex()) {
            throw malformed("bytes follow its last field");
        }
    }

    private void checkConnectFlags(int flags) {
        if ((flags & 0x01) != 0) {
            throw malformed("the reserved connect flag is set");
        }
        boolean will = (flags & 0x04) != 0;
        int willQos = (flags >> 3) & 3;
        if (willQos == 3 || (!will && (flags & 0x38) != 0)) {
            throw malformed("the Will flags contradict each other");
        }
        if ((flags & 0xC0) == 0x40) {
            throw malformed("it has a password and no user name");
        }
    }

    private void connectPayload(int flags) {
        int clientIdLength = text("client id");
        if (clientIdLength == 0 && (flags & 0x02) == 0) {
            throw new MqttFaultException(new ClientIdMissing());
        }
        if ((flags & 0x04) != 0) {
            topicName("Will topic");
            skip(unsignedShort("it ends before the Will message"), "the Will message is longer than the packet");
        }
        if ((flags & 0x80) != 0) {
            text("user name");
        }
        if ((flags & 0x40) != 0) {
            skip(unsignedShort("it ends before the password"), "the password is longer than the packet");
        }
    }

    private void publish(int firstByte) {
        int qos = (firstByte >> 1) & 3;
        if (qos == 3) {
            throw malformed("QoS 3 does not exist");
        }
        if (qos == 2) {
            throw new MqttFaultException(new Qos2NotSupported(type.name()));
        }
        if (qos == 0 && (firstByte & 0x08) != 0) {
            throw malformed("DUP is set on a QoS 0 message");
        }
        topicName("topic");
        if (qos == 1) {
            packetIdField();
        }
    }

    private void filters(boolean withQos) {
        packetIdField();
        if (at == in.writerIndex()) {
            throw malformed("it holds no topic filter");
        }
        while (at < in.writerIndex()) {
            if (text("topic filter") == 0) {
                throw malformed("a topic filter is empty");
            }
            if (withQos && unsignedByte("it ends before the QoS of a filter") > 2) {
                throw malformed("the QoS of a filter is not 0, 1 or 2");
            }
        }
    }

    private void packetId() {
        packetIdField();
        end();
    }

    private void packetIdField() {
        if (unsignedShort("it ends before the packet id") == 0) {
            throw malformed("its packet id is 0");
        }
    }

    private void end() {
        if (at != in.writerIndex()) {
            throw malformed("its length is wrong");
        }
    }

    private void topicName(String what) {
        int start = at + 2;
        int length = text(what);
        if (length == 0) {
            throw malformed("the " + what + " is empty");
        }
        boolean wildcard = in.indexOf(start, start + length, (byte) '+') >= 0
                || in.indexOf(start, start + length, (byte) '#') >= 0;
        if (wildcard) {
            throw new MqttFaultException(new WildcardInTopic(cut(in.toString(start, length, StandardCharsets.UTF_8))));
        }
    }

    /** Passes over a text and returns its length in bytes. */
    private int text(String what) {
        int length = unsignedShort("it ends before the " + what);
        int start = at;
        skip(length, "the " + what + " is longer than the packet");
        if (in.forEachByte(start, length, NO_CONTROL) >= 0) {
            throw malformed("the " + what + " holds a control character");
        }
        if (!ByteBufUtil.isText(in, start, length, StandardCharsets.UTF_8)) {
            throw malformed("the " + what + " is not UTF-8");
        }
        return length;
    }

    private int unsignedByte(String fault) {
        skip(1, fault);
        return in.getUnsignedByte(at - 1);
    }

    private int unsignedShort(String fault) {
        skip(2, fault);
        return in.getUnsignedShort(at - 2);
    }

    private void skip(int length, String fault) {
        if (in.writerIndex() - at < length) {
            throw malformed(fault);
        }
        at += length;
    }

    private MqttFaultException malformed(String what) {
        return new MqttFaultException(new MalformedPacket(type.name(), what));
    }

    static String cut(String text) {
        return text.length() <= MAX_PRINTED_CHARS ? text : text.substring(0, MAX_PRINTED_CHARS) + "…";
    }
}
