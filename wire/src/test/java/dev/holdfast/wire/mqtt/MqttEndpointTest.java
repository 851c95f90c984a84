package dev.holdfast.wire.mqtt;

import static dev.holdfast.wire.mqtt.Bytes.connack;
import static dev.holdfast.wire.mqtt.Bytes.connect;
import static dev.holdfast.wire.mqtt.Bytes.connectBody;
import static dev.holdfast.wire.mqtt.Bytes.join;
import static dev.holdfast.wire.mqtt.Bytes.packet;
import static dev.holdfast.wire.mqtt.Bytes.puback;
import static dev.holdfast.wire.mqtt.Bytes.publish;
import static dev.holdfast.wire.mqtt.Bytes.suback;
import static dev.holdfast.wire.mqtt.Bytes.subscribe;
import static dev.holdfast.wire.mqtt.Bytes.unsubscribe;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.mqtt.MqttEnd.Disconnected;
import dev.holdfast.wire.mqtt.MqttEnd.EndedByFace;
import dev.holdfast.wire.mqtt.MqttEnd.Faulted;
import dev.holdfast.wire.mqtt.MqttEnd.Lost;
import dev.holdfast.wire.mqtt.MqttFault.ClientIdMissing;
import dev.holdfast.wire.mqtt.MqttFault.ConnectLate;
import dev.holdfast.wire.mqtt.MqttFault.InternalFailure;
import dev.holdfast.wire.mqtt.MqttFault.KeepAliveElapsed;
import dev.holdfast.wire.mqtt.MqttFault.NobodyClaims;
import dev.holdfast.wire.mqtt.MqttFault.ProtocolVersionUnsupported;
import io.netty.handler.codec.DecoderException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class MqttEndpointTest {
    private static final byte[] BODY = {1, 2, 3};

    // --- CONNECT ---

    @Test
    void everyFieldOfConnectReachesTheFace() {
        Endpoint endpoint = new Endpoint();
        byte[] body = connectBody("MQTT", 4, 0x80 | 0x40 | 0x20 | 0x08 | 0x04 | 0x02, 240)
                .text("dev1/mod1")
                .text("devices/dev1/messages/events/")
                .text("gone")
                .text("hub1.hub.test/dev1/mod1/?api-version=2021-04-12")
                .text("SharedAccessSignature sr=x&sig=secret&se=1")
                .toArray();
        endpoint.send(packet(0x10, body));
        assertThat(endpoint.face.connects).singleElement().satisfies(connect -> {
            assertThat(connect.clientId()).isEqualTo("dev1/mod1");
            assertThat(connect.userName()).isEqualTo("hub1.hub.test/dev1/mod1/?api-version=2021-04-12");
            assertThat(connect.password()).asString().isEqualTo("SharedAccessSignature sr=x&sig=secret&se=1");
            assertThat(connect.cleanSession()).isTrue();
            assertThat(connect.keepAliveSeconds()).isEqualTo(240);
            MqttWill will = connect.will();
            assertThat(will).isNotNull();
            assertThat(will.topic()).isEqualTo("devices/dev1/messages/events/");
            assertThat(will.qos()).isEqualTo(1);
            assertThat(will.retain()).isTrue();
            assertThat(will.payload()).asString().isEqualTo("gone");
            assertThat(connect.toString()).doesNotContain("secret");
        });
    }

    @Test
    void whatIsNotThereIsNull() {
        Endpoint endpoint = new Endpoint();
        endpoint.send(packet(0x10, connectBody("MQTT", 4, 0x02, 0).text("dev1").toArray()));
        assertThat(endpoint.face.connects).singleElement().satisfies(connect -> {
            assertThat(connect.userName()).isNull();
            assertThat(connect.password()).isNull();
            assertThat(connect.will()).isNull();
        });
    }

    @Test
    void anEmptyPasswordIsNotAMissingOne() {
        Endpoint endpoint = new Endpoint();
        endpoint.send(packet(
                0x10,
                connectBody("MQTT", 4, 0xC0, 0).text("d").text("u").text("").toArray()));
        assertThat(endpoint.face.connects.getFirst().password()).isEmpty();
    }

    @Test
    void connackTellsWhetherTheSessionWasKept() {
        Endpoint endpoint = new Endpoint();
        endpoint.face.answer = new MqttAnswer.Accepted(endpoint.face, true);
        endpoint.send(connect("dev1", "u", 60));
        assertThat(endpoint.received()).isEqualTo(connack(true, 0));
    }

    @Test
    void everyRefusalOfAFaceIsItsCodeAndTheEnd() {
        for (ConnackCode code : ConnackCode.values()) {
            Endpoint endpoint = new Endpoint();
            endpoint.face.answer = new MqttAnswer.Refused(code);
            endpoint.send(connect("dev1", "u", 60));
            assertThat(endpoint.received()).isEqualTo(connack(false, code.code()));
            assertThat(endpoint.channel.isOpen()).isFalse();
            assertThat(endpoint.face.ends).isEmpty();
            assertThat(endpoint.faults).isEmpty();
        }
    }

    @Test
    void aClientThatNobodyClaimsIsNotAuthorized() {
        Endpoint endpoint = new Endpoint();
        endpoint.face.claims = false;
        endpoint.send(connect("dev1", "who/knows", 60));
        assertThat(endpoint.received()).isEqualTo(connack(false, 5));
        endpoint.assertClosedWith(new NobodyClaims("who/knows"));
    }

    @Test
    void aFaceThatFailsMeansUnavailable() {
        Endpoint endpoint = new Endpoint();
        endpoint.face.failure = new IllegalStateException("disk");
        endpoint.send(connect("dev1", "u", 60));
        assertThat(endpoint.received()).isEqualTo(connack(false, 3));
        endpoint.assertClosedWith(new InternalFailure());
    }

    @Test
    void version5GetsAnAnswerOfItsOwnShape() {
        Endpoint endpoint = new Endpoint();
        byte[] body =
                connectBody("MQTT", 5, 0x82, 60).u8(0).text("dev1").text("u").toArray();
        endpoint.send(packet(0x10, body));
        assertThat(endpoint.received()).isEqualTo(new byte[] {0x20, 3, 0, (byte) 0x84, 0});
        endpoint.assertClosedWith(new ProtocolVersionUnsupported("MQTT", 5));
    }

    @Test
    void olderVersionsGetCode1() {
        for (var version : Map.of("MQIsdp", 3, "MQTT", 3).entrySet()) {
            Endpoint endpoint = new Endpoint();
            byte[] body = connectBody(version.getKey(), version.getValue(), 0x02, 60)
                    .text("dev1")
                    .toArray();
            endpoint.send(packet(0x10, body));
            assertThat(endpoint.received()).isEqualTo(connack(false, 1));
            endpoint.assertClosedWith(new ProtocolVersionUnsupported(version.getKey(), version.getValue()));
        }
    }

    @Test
    void aSessionToKeepNeedsAClientId() {
        Endpoint endpoint = new Endpoint();
        endpoint.send(
                packet(0x10, connectBody("MQTT", 4, 0x80, 60).text("").text("u").toArray()));
        assertThat(endpoint.received()).isEqualTo(connack(false, 2));
        endpoint.assertClosedWith(new ClientIdMissing());
    }

    @Test
    void connectMustBeWholeInTime() {
        Endpoint endpoint = new Endpoint();
        byte[] whole = connect("dev1", "u", 60);
        for (int i = 0; i < 14; i++) {
            endpoint.send(whole[i]);
            endpoint.pass(Duration.ofSeconds(1));
        }
        assertThat(endpoint.channel.isOpen()).isTrue();
        endpoint.pass(Duration.ofSeconds(1));
        endpoint.assertClosedWith(new ConnectLate(Duration.ofSeconds(15)));
    }

    @Test
    void theTimeForConnectDoesNotCountTheJudgement() {
        Endpoint endpoint = new Endpoint();
        endpoint.holdWork();
        endpoint.send(connect("dev1", "u", 60));
        endpoint.pass(Duration.ofSeconds(20));
        assertThat(endpoint.channel.isOpen()).isTrue();
        endpoint.doWork();
        assertThat(endpoint.received()).isEqualTo(connack(false, 0));
    }

    @Test
    void packetsPipelinedBehindConnectWaitForTheJudgementInOrder() {
        Endpoint endpoint = new Endpoint();
        endpoint.holdWork();
        endpoint.send(join(
                connect("dev1", "u", 60),
                publish(1, 7, "a", BODY),
                publish(0, 0, "b", BODY),
                subscribe(8, Map.of("x", 1)),
                publish(1, 9, "c", BODY)));
        assertThat(endpoint.face.published).isEmpty();
        assertThat(endpoint.isReading()).isFalse();
        endpoint.doWork();
        assertThat(endpoint.face.published).extracting(MqttPublish::topic).containsExactly("a", "b", "c");
        assertThat(endpoint.isReading()).isTrue();
        assertThat(endpoint.received()).isEqualTo(join(connack(false, 0), suback(8, 1)));
    }

    @Test
    void packetsBehindARefusedConnectAreNeverSeen() {
        Endpoint endpoint = new Endpoint();
        endpoint.face.answer = new MqttAnswer.Refused(ConnackCode.NOT_AUTHORIZED);
        endpoint.send(join(connect("dev1", "u", 60), publish(1, 7, "a", BODY)));
        assertThat(endpoint.face.published).isEmpty();
        assertThat(endpoint.received()).isEqualTo(connack(false, 5));
    }

    @Test
    void packetsCutAnywhereAreTheSamePackets() {
        byte[] all = join(connect("dev1", "u", 60), publish(1, 7, "topic/x", BODY), subscribe(8, Map.of("x", 1)));
        for (int cut = 1; cut < all.length; cut++) {
            Endpoint endpoint = new Endpoint();
            endpoint.send(Arrays.copyOfRange(all, 0, cut));
            endpoint.send(Arrays.copyOfRange(all, cut, all.length));
            assertThat(endpoint.face.published).as("cut at %d", cut).hasSize(1);
            assertThat(endpoint.received()).as("cut at %d", cut).isEqualTo(join(connack(false, 0), suback(8, 1)));
        }
    }

    // --- PUBLISH ---

    @Test
    void aMessageReachesTheSessionWithItsFlags() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send(packet(
                0x30 | 0x08 | 0x02 | 0x01,
                new Bytes().text("é/$x%24").u16(5).raw(BODY).toArray()));
        assertThat(endpoint.face.published).singleElement().satisfies(message -> {
            assertThat(message.topic()).isEqualTo("é/$x%24");
            assertThat(message.qos()).isEqualTo(1);
            assertThat(message.retain()).isTrue();
            assertThat(message.duplicate()).isTrue();
            assertThat(message.payload()).isEqualTo(BODY);
        });
    }

    @Test
    void acknowledgementsLeaveInOrderOfArrivalWhateverTheOrderOfStoring() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send(join(publish(1, 11, "a", BODY), publish(1, 12, "b", BODY), publish(1, 13, "c", BODY)));
        endpoint.face.receipts.get(2).stored();
        endpoint.face.receipts.get(1).stored();
        endpoint.run();
        assertThat(endpoint.received()).isEmpty();
        endpoint.face.receipts.get(0).stored();
        endpoint.run();
        assertThat(endpoint.received()).isEqualTo(join(puback(11), puback(12), puback(13)));
    }

    @Test
    void aQos0MessageIsNotAcknowledgedAndHoldsNobodyUpWhenStored() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send(join(publish(0, 0, "a", BODY), publish(1, 12, "b", BODY)));
        endpoint.face.receipts.forEach(PublishReceipt::stored);
        endpoint.run();
        assertThat(endpoint.received()).isEqualTo(puback(12));
    }

    @Test
    void aRefusedMessageClosesAfterTheEarlierOnesWereAcknowledged() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send(join(publish(1, 11, "a", BODY), publish(1, 12, "b", BODY), publish(1, 13, "c", BODY)));
        endpoint.face.receipts.get(1).refused();
        endpoint.face.receipts.get(2).stored();
        endpoint.run();
        assertThat(endpoint.channel.isOpen()).isTrue();
        endpoint.send(publish(1, 14, "late", BODY));
        assertThat(endpoint.face.published)
                .as("nothing is taken behind a refused message")
                .hasSize(3);
        endpoint.face.receipts.get(0).stored();
        endpoint.run();
        assertThat(endpoint.received()).isEqualTo(puback(11));
        assertThat(endpoint.channel.isOpen()).isFalse();
        assertThat(endpoint.face.ends).containsExactly(new EndedByFace());
    }

    @Test
    void onlyTheFirstWordOfAReceiptCounts() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send(publish(1, 11, "a", BODY));
        PublishReceipt receipt = endpoint.face.receipts.getFirst();
        receipt.stored();
        receipt.refused();
        receipt.stored();
        endpoint.run();
        assertThat(endpoint.received()).isEqualTo(puback(11));
        assertThat(endpoint.channel.isOpen()).isTrue();
        endpoint.send(publish(1, 12, "b", BODY));
        assertThat(endpoint.face.published).hasSize(2);
    }

    @Test
    void aReceiptAfterTheEndIsHarmless() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send(publish(1, 11, "a", BODY));
        endpoint.lose();
        endpoint.face.receipts.getFirst().stored();
        endpoint.run();
        assertThat(endpoint.received()).isEmpty();
        assertThat(endpoint.face.ends).containsExactly(new Lost());
    }

    @Test
    void aSessionThatFailsOnAMessageClosesTheConnection() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.face.failure = new IllegalStateException("bug");
        endpoint.send(publish(1, 11, "a", BODY));
        endpoint.assertClosedWith(new InternalFailure());
        assertThat(endpoint.received()).isEmpty();
    }

    // --- push-back ---

    @Test
    void neverMoreMessagesUnderWayThanTheLimit() {
        int max = Limits.defaults().mqtt().publishesInFlightMax();
        Endpoint endpoint = Endpoint.serving();
        byte[][] packets = new byte[500][];
        for (int i = 0; i < packets.length; i++) {
            packets[i] = publish(1, i + 1, "t", BODY);
        }
        endpoint.send(join(packets));
        assertThat(endpoint.face.published).hasSize(max);
        assertThat(endpoint.isReading()).isFalse();
        Bytes acknowledged = new Bytes();
        int settled = 0;
        while (settled < packets.length) {
            endpoint.face.receipts.get(settled++).stored();
            endpoint.run();
            acknowledged.raw(endpoint.received());
            assertThat(endpoint.face.published).hasSize(Math.min(packets.length, settled + max));
        }
        Bytes expected = new Bytes();
        for (int i = 0; i < packets.length; i++) {
            expected.raw(puback(i + 1));
        }
        assertThat(acknowledged.toArray()).isEqualTo(expected.toArray());
        assertThat(endpoint.isReading()).isTrue();
    }

    @Test
    void neverMoreBytesUnderWayThanTheLimitAndOneMessage() {
        Endpoint endpoint = Endpoint.serving();
        byte[] quarter = new byte[256 * 1024];
        for (int i = 1; i <= 6; i++) {
            endpoint.send(publish(1, i, "t", quarter));
        }
        assertThat(endpoint.face.published).hasSize(4);
        assertThat(endpoint.isReading()).isFalse();
        endpoint.face.receipts.forEach(PublishReceipt::stored);
        endpoint.run();
        assertThat(endpoint.face.published).hasSize(6);
    }

    @Test
    void aFaceThatHoldsIsGivenNothingUntilThatMessageIsSettled() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.face.goOn = false;
        endpoint.send(join(publish(0, 0, "a", BODY), publish(0, 0, "b", BODY)));
        assertThat(endpoint.face.published).hasSize(1);
        assertThat(endpoint.isReading()).isFalse();
        endpoint.face.goOn = true;
        endpoint.face.receipts.getFirst().stored();
        endpoint.run();
        assertThat(endpoint.face.published).hasSize(2);
        assertThat(endpoint.isReading()).isTrue();
    }

    @Test
    void aSynchronousReceiptNeedsNoSecondThread() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.face.storeAtOnce = true;
        byte[][] packets = new byte[300][];
        for (int i = 0; i < packets.length; i++) {
            packets[i] = publish(1, i + 1, "t", BODY);
        }
        endpoint.send(join(packets));
        assertThat(endpoint.face.published).hasSize(300);
        assertThat(endpoint.received()).hasSize(300 * 4);
    }

    @Test
    void aClientThatReadsNoAnswersIsNotRead() {
        Endpoint endpoint = Endpoint.serving();
        var unsafe = endpoint.channel.unsafe().outboundBuffer();
        assertThat(unsafe).isNotNull();
        unsafe.setUserDefinedWritability(1, false);
        endpoint.run();
        assertThat(endpoint.isReading()).isFalse();
        endpoint.send(publish(0, 0, "a", BODY));
        assertThat(endpoint.face.published).isEmpty();
        unsafe.setUserDefinedWritability(1, true);
        endpoint.run();
        assertThat(endpoint.isReading()).isTrue();
        assertThat(endpoint.face.published).hasSize(1);
    }

    // --- SUBSCRIBE, PINGREQ ---

    @Test
    void subscribeAndUnsubscribeAreAnsweredInOrder() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.holdWork();
        endpoint.send(join(
                subscribe(1, Map.of("a", 2)),
                unsubscribe(2, List.of("a", "b")),
                subscribe(3, Map.of("no", 1)),
                subscribe(4, Map.of("c", 0)),
                Bytes.PINGREQ));
        assertThat(endpoint.received()).isEmpty();
        endpoint.doWork();
        assertThat(endpoint.received())
                .isEqualTo(join(
                        suback(1, 1), packet(0xB0, new byte[] {0, 2}), suback(3, 0x80), suback(4, 0), Bytes.PINGRESP));
        assertThat(endpoint.face.log)
                .containsExactly(
                        "subscribe [MqttSubscription[filter=a, qos=2]]",
                        "unsubscribe [a, b]",
                        "subscribe [MqttSubscription[filter=no, qos=1]]",
                        "subscribe [MqttSubscription[filter=c, qos=0]]");
    }

    @Test
    void aSubscribeThatFailsClosesTheConnection() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.face.failure = new IllegalStateException("disk");
        endpoint.send(subscribe(1, Map.of("a", 1)));
        endpoint.assertClosedWith(new InternalFailure());
        assertThat(endpoint.received()).isEmpty();
    }

    @Test
    void aFloodOfPingsIsAnsweredWithinTheBoundsOfTheChannel() {
        Endpoint endpoint = Endpoint.serving();
        byte[][] pings = new byte[30_000][];
        Arrays.fill(pings, Bytes.PINGREQ);
        endpoint.send(join(pings));
        assertThat(endpoint.received()).hasSize(60_000);
        assertThat(endpoint.channel.isOpen()).isTrue();
    }

    // --- keep-alive ---

    @Test
    void silenceOfOneAndAHalfKeepAlivesIsTheEnd() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.pass(Duration.ofMillis(89_999));
        assertThat(endpoint.channel.isOpen()).isTrue();
        endpoint.pass(Duration.ofMillis(1));
        endpoint.assertClosedWith(new KeepAliveElapsed(Duration.ofSeconds(90)));
    }

    @Test
    void anyPacketKeepsTheConnectionAlive() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.face.storeAtOnce = true;
        List<byte[]> packets =
                List.of(Bytes.PINGREQ, publish(0, 0, "a", BODY), subscribe(1, Map.of("a", 1)), puback(3));
        for (byte[] one : packets) {
            endpoint.pass(Duration.ofSeconds(60));
            endpoint.send(one);
        }
        endpoint.pass(Duration.ofSeconds(89));
        assertThat(endpoint.channel.isOpen()).isTrue();
        endpoint.pass(Duration.ofSeconds(1));
        assertThat(endpoint.channel.isOpen()).isFalse();
    }

    @Test
    void theKeepAliveHasACapAndZeroMeansTheCap() {
        for (int asked : new int[] {0, 1_178, 1_740, 65_535}) {
            Endpoint endpoint = new Endpoint();
            endpoint.send(connect("dev1", "u", asked));
            endpoint.pass(Duration.ofSeconds(1_766));
            assertThat(endpoint.channel.isOpen()).as("keep-alive %d", asked).isTrue();
            endpoint.pass(Duration.ofSeconds(1));
            endpoint.assertClosedWith(new KeepAliveElapsed(Duration.ofSeconds(1_767)));
        }
    }

    @Test
    void aClientWhoseSocketIsNotReadIsNotCalledSilent() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.face.goOn = false;
        endpoint.send(publish(1, 1, "a", BODY));
        endpoint.pass(Duration.ofSeconds(1_000));
        assertThat(endpoint.channel.isOpen()).isTrue();
        endpoint.face.receipts.getFirst().stored();
        endpoint.run();
        endpoint.pass(Duration.ofSeconds(89));
        assertThat(endpoint.channel.isOpen()).isTrue();
        endpoint.pass(Duration.ofSeconds(91));
        assertThat(endpoint.channel.isOpen()).isFalse();
    }

    // --- the end ---

    @Test
    void disconnectAndLossAreToldApart() {
        Endpoint polite = Endpoint.serving();
        polite.send(Bytes.DISCONNECT);
        assertThat(polite.channel.isOpen()).isFalse();
        assertThat(polite.face.ends).containsExactly(new Disconnected());

        Endpoint gone = Endpoint.serving();
        gone.lose();
        assertThat(gone.face.ends).containsExactly(new Lost());
    }

    @Test
    void aBrokenTlsRecordIsALossAndNoFailureOfOurs() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.channel.pipeline().fireExceptionCaught(new DecoderException(new SSLException("bad record MAC")));
        assertThat(endpoint.channel.isOpen()).isFalse();
        assertThat(endpoint.face.ends).containsExactly(new Lost());
    }

    @Test
    void whatCameBeforeDisconnectIsHandledFirst() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send(
                join(publish(0, 0, "a", BODY), publish(1, 1, "b", BODY), Bytes.DISCONNECT, publish(0, 0, "c", BODY)));
        assertThat(endpoint.face.published).extracting(MqttPublish::topic).containsExactly("a", "b");
        assertThat(endpoint.face.ends).containsExactly(new Disconnected());
    }

    @Test
    void aFaceEndsAConnectionFromAnyThread() throws InterruptedException {
        Endpoint endpoint = Endpoint.serving();
        Thread other = Thread.ofPlatform().start(() -> {
            endpoint.face.link().end();
            endpoint.face.link().end();
        });
        other.join();
        endpoint.send(publish(0, 0, "too late", BODY));
        endpoint.run();
        assertThat(endpoint.channel.isOpen()).isFalse();
        assertThat(endpoint.face.published).isEmpty();
        assertThat(endpoint.face.ends).containsExactly(new EndedByFace());
    }

    @Test
    void aConnectionThatEndsWhileItIsJudgedEndsItsSessionToo() {
        Endpoint lost = new Endpoint();
        lost.holdWork();
        lost.send(connect("dev1", "u", 60));
        lost.lose();
        lost.doWork();
        assertThat(lost.face.ends).containsExactly(new Lost());

        Endpoint ended = new Endpoint();
        ended.face.whileJudging = () -> ended.face.link().end();
        ended.send(connect("dev1", "u", 60));
        assertThat(ended.channel.isOpen()).isFalse();
        assertThat(ended.received()).isEmpty();
        assertThat(ended.face.ends).containsExactly(new EndedByFace());
    }

    @Test
    void theEndIsToldAfterWhatIsUnderWay() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.holdWork();
        endpoint.send(subscribe(1, Map.of("a", 1)));
        endpoint.lose();
        assertThat(endpoint.face.ends).isEmpty();
        endpoint.doWork();
        assertThat(endpoint.face.log).hasSize(1);
        assertThat(endpoint.face.ends).containsExactly(new Lost());
        assertThat(endpoint.received()).isEmpty();
    }

    @Test
    void aScheduledTaskRunsInTimeAndNotAfterTheEnd() {
        Endpoint endpoint = Endpoint.serving();
        List<String> ran = new ArrayList<>();
        endpoint.face.link().schedule(Duration.ofSeconds(10), () -> ran.add("first"));
        endpoint.face.link().schedule(Duration.ofSeconds(20), () -> ran.add("second"));
        endpoint.run();
        endpoint.pass(Duration.ofSeconds(10));
        assertThat(ran).containsExactly("first");
        endpoint.send(Bytes.DISCONNECT);
        endpoint.face.link().schedule(Duration.ofSeconds(1), () -> ran.add("third"));
        endpoint.pass(Duration.ofSeconds(30));
        assertThat(ran).containsExactly("first");
    }

    @Test
    void anEndIsToldOnce() {
        Endpoint endpoint = Endpoint.serving();
        endpoint.send(join(publish(1, 0, "a", BODY), Bytes.DISCONNECT));
        endpoint.lose();
        endpoint.face.link().end();
        endpoint.run();
        assertThat(endpoint.face.ends).singleElement().isInstanceOf(Faulted.class);
    }
}
