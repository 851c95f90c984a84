package dev.holdfast.wire.mqtt;

import static dev.holdfast.wire.mqtt.Bytes.connect;
import static dev.holdfast.wire.mqtt.Bytes.connectBody;
import static dev.holdfast.wire.mqtt.Bytes.packet;
import static dev.holdfast.wire.mqtt.Bytes.publish;
import static dev.holdfast.wire.mqtt.Bytes.subscribe;
import static dev.holdfast.wire.mqtt.Bytes.unsubscribe;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.mqtt.MqttFault.MalformedPacket;
import dev.holdfast.wire.mqtt.MqttFault.NotMqtt;
import dev.holdfast.wire.mqtt.MqttFault.PacketTooLarge;
import dev.holdfast.wire.mqtt.MqttFault.Qos2NotSupported;
import dev.holdfast.wire.mqtt.MqttFault.UnexpectedPacket;
import dev.holdfast.wire.mqtt.MqttFault.WildcardInTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What no client may send: each closes the connection with its own reason, and nothing of it reaches a face. */
class PacketRulesTest {
    private static final Limits.Mqtt LIMITS = Limits.defaults().mqtt();

    // --- before CONNECT ---

    @TestFactory
    List<DynamicTest> everyFirstByteButConnectsIsRefusedAtOnce() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int first = 0; first <= 0xFF; first++) {
            int firstByte = first;
            if (firstByte != 0x10) {
                tests.add(DynamicTest.dynamicTest("0x" + Integer.toHexString(firstByte), () -> {
                    Endpoint endpoint = new Endpoint();
                    endpoint.send((byte) firstByte);
                    endpoint.assertClosedWith(new NotMqtt(firstByte));
                    assertThat(endpoint.received()).isEmpty();
                }));
            }
        }
        return tests;
    }

    @Test
    void aPublishOf256MegabytesIsRefusedByItsFirstByte() {
        Endpoint endpoint = new Endpoint();
        endpoint.send((byte) 0x30, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F);
        endpoint.assertClosedWith(new NotMqtt(0x30));
    }

    @Test
    void aConnectThatAnnouncesTooMuchIsRefusedByItsHeader() {
        Endpoint endpoint = new Endpoint();
        endpoint.send((byte) 0x10, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F);
        endpoint.assertClosedWith(new PacketTooLarge("CONNECT", 268_435_455, LIMITS.connectMaxBytes()));
        assertThat(endpoint.face.connects).isEmpty();
    }

    @Test
    void aConnectOfTheLargestSizeIsRead() {
        Endpoint endpoint = new Endpoint();
        String filler = "u".repeat(LIMITS.connectMaxBytes() - 10 - 2 - 4 - 2);
        endpoint.send(connect("dev1", filler, 60));
        assertThat(endpoint.face.connects).hasSize(1);
        Endpoint over = new Endpoint();
        over.send(connect("dev1x", filler, 60));
        assertThat(over.face.connects).isEmpty();
        assertThat(over.channel.isOpen()).isFalse();
    }

    @TestFactory
    List<DynamicTest> malformedConnects() {
        return List.of(
                refused("reserved flag", 0x83, "dev1", "the reserved connect flag is set"),
                refused("will QoS 3", 0x80 | 0x18 | 0x04, "dev1", "the Will flags contradict each other"),
                refused("will QoS without will", 0x80 | 0x08, "dev1", "the Will flags contradict each other"),
                refused("will retain without will", 0x80 | 0x20, "dev1", "the Will flags contradict each other"),
                refused("password without user name", 0x42, "dev1", "it has a password and no user name"),
                refused("NUL in client id", 0x82, "de\0v", "the client id holds a control character"),
                refused("line break in client id", 0x82, "de\nv", "the client id holds a control character"));
    }

    private static DynamicTest refused(String name, int flags, String clientId, String what) {
        return DynamicTest.dynamicTest(name, () -> {
            Endpoint endpoint = new Endpoint();
            endpoint.send(packet(
                    0x10,
                    connectBody("MQTT", 4, flags, 60)
                            .text(clientId)
                            .text("user")
                            .toArray()));
            endpoint.assertClosedWith(new MalformedPacket("CONNECT", what));
        });
    }

    @Test
    void anotherProtocolUnderTheSameFirstByteIsRefused() {
        Endpoint endpoint = new Endpoint();
        endpoint.send(packet(
                0x10, connectBody("HTTP", 4, 0x82, 60).text("dev1").text("u").toArray()));
        endpoint.assertClosedWith(new MalformedPacket("CONNECT", "its protocol name is not MQTT"));
    }

    @Test
    void aConnectCutShortInsideItsLengthIsMalformedAndNotWaitedFor() {
        byte[] whole = connectBody("MQTT", 4, 0xC2, 60)
                .text("dev1")
                .text("user")
                .text("pass")
                .toArray();
        for (int length = 0; length < whole.length; length++) {
            Endpoint endpoint = new Endpoint();
            endpoint.send(packet(0x10, java.util.Arrays.copyOf(whole, length)));
            assertThat(endpoint.channel.isOpen()).as("cut to %d", length).isFalse();
            assertThat(endpoint.face.connects).as("cut to %d", length).isEmpty();
        }
        Endpoint longer = new Endpoint();
        longer.send(packet(0x10, java.util.Arrays.copyOf(whole, whole.length + 1)));
        longer.assertClosedWith(new MalformedPacket("CONNECT", "bytes follow its last field"));
    }

    // --- after CONNECT ---

    /** Every first byte there is, in the state in which packets are handled. */
    @TestFactory
    List<DynamicTest> everyFirstByteAfterConnect() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int first = 0; first <= 0xFF; first++) {
            int firstByte = first;
            tests.add(DynamicTest.dynamicTest("0x" + Integer.toHexString(firstByte), () -> {
                Endpoint endpoint = Endpoint.serving();
                endpoint.send((byte) firstByte);
                MqttFault expected = expectedFault(firstByte);
                if (expected == null) {
                    assertThat(endpoint.channel.isOpen()).isTrue();
                } else {
                    endpoint.assertClosedWith(expected);
                    assertThat(endpoint.received()).isEmpty();
                }
            }));
        }
        return tests;
    }

    private static @Nullable MqttFault expectedFault(int firstByte) {
        int flags = firstByte & 0x0F;
        return switch (firstByte >> 4) {
            case 0, 15 -> new MalformedPacket("reserved", "its type does not exist in MQTT 3.1.1");
            case 1 -> new UnexpectedPacket("CONNECT", "a connection has one CONNECT");
            case 2 -> new UnexpectedPacket("CONNACK", "only a server sends it");
            case 3 -> null;
            case 4 -> flags == 0 ? null : wrongFlags("PUBACK");
            case 5 -> flags == 0 ? new Qos2NotSupported("PUBREC") : wrongFlags("PUBREC");
            case 6 -> flags == 2 ? new Qos2NotSupported("PUBREL") : wrongFlags("PUBREL");
            case 7 -> flags == 0 ? new Qos2NotSupported("PUBCOMP") : wrongFlags("PUBCOMP");
            case 8 -> flags == 2 ? null : wrongFlags("SUBSCRIBE");
            case 9 -> new UnexpectedPacket("SUBACK", "only a server sends it");
            case 10 -> flags == 2 ? null : wrongFlags("UNSUBSCRIBE");
            case 11 -> new UnexpectedPacket("UNSUBACK", "only a server sends it");
            case 12 -> flags == 0 ? null : wrongFlags("PINGREQ");
            case 13 -> new UnexpectedPacket("PINGRESP", "only a server sends it");
            case 14 -> flags == 0 ? null : wrongFlags("DISCONNECT");
            default -> throw new AssertionError();
        };
    }

    private static MalformedPacket wrongFlags(String type) {
        return new MalformedPacket(type, "its reserved flags are wrong");
    }

    /**
     * Every first byte there is, while the client is judged: nothing is looked at, and then it is as if it came
     * after.
     */
    @Test
    void everyFirstByteWhileJudgedWaits() {
        for (int firstByte = 0; firstByte <= 0xFF; firstByte++) {
            Endpoint endpoint = new Endpoint();
            endpoint.holdWork();
            endpoint.send(connect("dev1", "u", 60));
            endpoint.send((byte) firstByte);
            assertThat(endpoint.channel.isOpen()).isTrue();
            assertThat(endpoint.isReading()).isFalse();
            endpoint.doWork();
            MqttFault expected = expectedFault(firstByte);
            if (expected == null) {
                assertThat(endpoint.channel.isOpen()).isTrue();
            } else {
                endpoint.assertClosedWith(expected);
            }
        }
    }

    /** Every first byte there is, after the end. */
    @Test
    void everyFirstByteAfterDisconnectIsThrownAway() {
        for (int firstByte = 0; firstByte <= 0xFF; firstByte++) {
            Endpoint endpoint = Endpoint.serving();
            endpoint.send((byte) 0xE0, (byte) 0, (byte) firstByte);
            assertThat(endpoint.face.ends).containsExactly(new MqttEnd.Disconnected());
            assertThat(endpoint.faults).isEmpty();
        }
    }

    @Test
    void aPublishThatAnnouncesTooMuchIsRefusedByItsHeader() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send(new Bytes()
                .u8(0x30)
                .raw(Bytes.length(LIMITS.packetMaxBytes() + 1))
                .toArray());
        endpoint.assertClosedWith(new PacketTooLarge("PUBLISH", LIMITS.packetMaxBytes() + 1, LIMITS.packetMaxBytes()));
    }

    @Test
    void packetsWithoutAMessageHaveTheSmallerBound() {
        for (int first : new int[] {0x40, 0x82, 0xA2, 0xC0, 0xE0}) {
            Endpoint endpoint = Endpoint.serving();
            endpoint.send(new Bytes()
                    .u8(first)
                    .raw(Bytes.length(LIMITS.connectMaxBytes() + 1))
                    .toArray());
            assertThat(endpoint.face.ends)
                    .singleElement()
                    .satisfies(end -> assertThat(end)
                            .isInstanceOfSatisfying(
                                    MqttEnd.Faulted.class,
                                    faulted -> assertThat(faulted.fault()).isInstanceOf(PacketTooLarge.class)));
        }
    }

    @Test
    void aLengthOfFiveBytesDoesNotExist() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send((byte) 0x30, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80);
        endpoint.assertClosedWith(new MalformedPacket("PUBLISH", "its remaining length has more than four bytes"));
    }

    @TestFactory
    List<DynamicTest> malformedPackets() {
        return List.of(
                malformed(
                        "QoS 3",
                        packet(0x36, new Bytes().text("t").u16(1).toArray()),
                        "PUBLISH",
                        "QoS 3 does not exist"),
                malformed(
                        "DUP with QoS 0",
                        packet(0x38, new Bytes().text("t").toArray()),
                        "PUBLISH",
                        "DUP is set on a QoS 0 message"),
                malformed("empty topic", publish(0, 0, "", new byte[1]), "PUBLISH", "the topic is empty"),
                malformed("no topic", packet(0x30, new byte[0]), "PUBLISH", "it ends before the topic"),
                malformed(
                        "topic too long",
                        packet(0x30, new Bytes().u16(9).u8('t').toArray()),
                        "PUBLISH",
                        "the topic is longer than the packet"),
                malformed("packet id 0", publish(1, 0, "t", new byte[1]), "PUBLISH", "its packet id is 0"),
                malformed(
                        "no packet id",
                        packet(0x32, new Bytes().text("t").u8(1).toArray()),
                        "PUBLISH",
                        "it ends before the packet id"),
                malformed(
                        "NUL in topic",
                        publish(0, 0, "a\0b", new byte[1]),
                        "PUBLISH",
                        "the topic holds a control character"),
                malformed(
                        "CR in topic",
                        publish(0, 0, "a\rb", new byte[1]),
                        "PUBLISH",
                        "the topic holds a control character"),
                malformed("overlong UTF-8", topicOf(0xC0, 0xAF), "PUBLISH", "the topic is not UTF-8"),
                malformed("surrogate", topicOf(0xED, 0xA0, 0x80), "PUBLISH", "the topic is not UTF-8"),
                malformed("cut UTF-8", topicOf(0xE2, 0x82), "PUBLISH", "the topic is not UTF-8"),
                malformed("stray continuation", topicOf(0x61, 0x80), "PUBLISH", "the topic is not UTF-8"),
                malformed("beyond Unicode", topicOf(0xF4, 0x90, 0x80, 0x80), "PUBLISH", "the topic is not UTF-8"),
                malformed("SUBSCRIBE without filters", subscribe(1, Map.of()), "SUBSCRIBE", "it holds no topic filter"),
                malformed("SUBSCRIBE id 0", subscribe(0, Map.of("a", 1)), "SUBSCRIBE", "its packet id is 0"),
                malformed(
                        "SUBSCRIBE QoS 3",
                        subscribe(1, Map.of("a", 3)),
                        "SUBSCRIBE",
                        "the QoS of a filter is not 0, 1 or 2"),
                malformed(
                        "SUBSCRIBE reserved QoS bits",
                        subscribe(1, Map.of("a", 0x41)),
                        "SUBSCRIBE",
                        "the QoS of a filter is not 0, 1 or 2"),
                malformed(
                        "SUBSCRIBE empty filter", subscribe(1, Map.of("", 1)), "SUBSCRIBE", "a topic filter is empty"),
                malformed(
                        "SUBSCRIBE without QoS",
                        packet(0x82, new Bytes().u16(1).text("a").toArray()),
                        "SUBSCRIBE",
                        "it ends before the QoS of a filter"),
                malformed(
                        "UNSUBSCRIBE without filters",
                        unsubscribe(1, List.of()),
                        "UNSUBSCRIBE",
                        "it holds no topic filter"),
                malformed("UNSUBSCRIBE id 0", unsubscribe(0, List.of("a")), "UNSUBSCRIBE", "its packet id is 0"),
                malformed("PUBACK id 0", packet(0x40, new byte[2]), "PUBACK", "its packet id is 0"),
                malformed("PUBACK too long", packet(0x40, new byte[] {0, 1, 0}), "PUBACK", "its length is wrong"),
                malformed("PINGREQ with a body", packet(0xC0, new byte[1]), "PINGREQ", "its length is wrong"),
                malformed("DISCONNECT with a body", packet(0xE0, new byte[1]), "DISCONNECT", "its length is wrong"));
    }

    private static byte[] topicOf(int... bytes) {
        Bytes body = new Bytes().u16(bytes.length);
        for (int b : bytes) {
            body.u8(b);
        }
        return packet(0x30, body.toArray());
    }

    private static DynamicTest malformed(String name, byte[] bytes, String type, String what) {
        return DynamicTest.dynamicTest(name, () -> {
            Endpoint endpoint = Endpoint.serving();
            endpoint.send(bytes);
            endpoint.assertClosedWith(new MalformedPacket(type, what));
            assertThat(endpoint.face.published).isEmpty();
            assertThat(endpoint.face.log).isEmpty();
        });
    }

    @Test
    void wildcardsInATopicHaveAReasonOfTheirOwn() {
        for (String topic : List.of("a/+/b", "a/#", "+", "p=1+1")) {
            Endpoint endpoint = Endpoint.serving();
            endpoint.send(publish(1, 1, topic, new byte[1]));
            endpoint.assertClosedWith(new WildcardInTopic(topic));
        }
    }

    @Test
    void qos2IsRefused() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send(publish(2, 1, "t", new byte[1]));
        endpoint.assertClosedWith(new Qos2NotSupported("PUBLISH"));
        assertThat(endpoint.received()).isEmpty();
    }

    @Test
    void goodPacketsBeforeABadOneAreHandled() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send(Bytes.join(publish(0, 0, "a", new byte[1]), publish(2, 1, "t", new byte[1])));
        assertThat(endpoint.face.published).hasSize(1);
        assertThat(endpoint.channel.isOpen()).isFalse();
    }

    /** Whatever comes: the endpoint closes with a reason or goes on, and never reports a failure of its own. */
    @Test
    void randomBytesNeverMakeItFail() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            Endpoint endpoint = random.nextBoolean() ? Endpoint.serving() : new Endpoint();
            endpoint.face.storeAtOnce = true;
            for (byte[] junk : junk(random)) {
                if (endpoint.channel.isOpen()) {
                    endpoint.send(junk);
                }
            }
            assertThat(endpoint.faults).as("seed %d", seed).doesNotContain(new MqttFault.InternalFailure());
            assertThat(endpoint.face.ends)
                    .as("seed %d", seed)
                    .doesNotContain(new MqttEnd.Faulted(new MqttFault.InternalFailure()));
            endpoint.channel.finishAndReleaseAll();
        }
    }

    private static List<byte[]> junk(Random random) {
        List<byte[]> seeds = List.of(
                connect("dev1", "u", 60),
                publish(1, 1, "topic", new byte[3]),
                subscribe(1, Map.of("a", 1)),
                unsubscribe(1, List.of("a")),
                Bytes.PINGREQ,
                Bytes.puback(1));
        List<byte[]> out = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            for (int flips = random.nextInt(3); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            out.add(bytes);
        }
        return out;
    }
}
