package dev.holdfast.wire.mqtt;

import static dev.holdfast.wire.mqtt.Bytes.join;
import static dev.holdfast.wire.mqtt.Bytes.puback;
import static dev.holdfast.wire.mqtt.Bytes.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.wire.mqtt.MqttFault.AcknowledgementsMissing;
import dev.holdfast.wire.mqtt.MqttFault.ReaderTooSlow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
    private static final byte[] BODY = {1, 2, 3};
    private static final String TOPIC = "$iothub/methods/POST/reboot/?$rid=1";

    private final List<String> told = new ArrayList<>();
    private final Endpoint endpoint = Endpoint.serving();

    private MqttDelivery delivery(String name, byte[] body, int qos) {
        return new MqttDelivery(TOPIC, body, qos, new DeliveryReceipt() {
            @Override
            public void taken() {
                told.add(name + " taken");
            }

            @Override
            public void lost() {
                told.add(name + " lost");
            }
        });
    }

    private void deliver(String name, int qos) {
        endpoint.face.link().publish(delivery(name, BODY, qos));
        endpoint.run();
    }

    @Test
    void a_topic_that_two_bytes_cannot_measure_is_no_delivery() {
        assertThat(MqttDelivery.of("x".repeat(65_535), new byte[0], 0).topic()).hasSize(65_535);
        assertThatIllegalArgumentException().isThrownBy(() -> MqttDelivery.of("x".repeat(65_536), new byte[0], 0));
        assertThatIllegalArgumentException().isThrownBy(() -> MqttDelivery.of("ü".repeat(32_768), new byte[0], 0));
    }

    @Test
    void withQos0ItIsTakenWhenItLeft() {
        deliver("a", 0);
        assertThat(endpoint.received()).isEqualTo(publish(0, 0, TOPIC, BODY));
        assertThat(told).containsExactly("a taken");
    }

    @Test
    void withQos1ItIsTakenWhenItsAcknowledgementComes() {
        deliver("a", 1);
        deliver("b", 1);
        assertThat(endpoint.received()).isEqualTo(join(publish(1, 1, TOPIC, BODY), publish(1, 2, TOPIC, BODY)));
        assertThat(told).isEmpty();

        endpoint.send(puback(2));
        assertThat(told).containsExactly("b taken");
        endpoint.send(puback(2));
        endpoint.send(puback(77));
        assertThat(told).as("nothing waits for these").containsExactly("b taken");
        endpoint.send(puback(1));
        assertThat(told).containsExactly("b taken", "a taken");
    }

    @Test
    void whatWaitsForItsAcknowledgementAtTheEndIsLostAndSoIsWhatComesLater() {
        deliver("a", 1);
        endpoint.lose();
        assertThat(told).containsExactly("a lost");
        deliver("b", 0);
        deliver("c", 1);
        assertThat(told).containsExactly("a lost", "b lost", "c lost");
        assertThat(endpoint.face.ends).containsExactly(new MqttEnd.Lost());
    }

    @Test
    void packetIdsBeginAgainAndPassOverThoseInUse() {
        deliver("first", 1);
        for (int id = 2; id <= 65_535; id++) {
            deliver("x", 1);
            endpoint.send(puback(id));
        }
        endpoint.received();
        deliver("again", 1);
        assertThat(endpoint.received()).isEqualTo(publish(1, 2, TOPIC, BODY));
    }

    @Test
    void oneThatAcknowledgesNothingIsClosed() {
        for (int i = 0; i < 1000; i++) {
            deliver("m", 1);
        }
        assertThat(endpoint.channel.isOpen()).isTrue();
        deliver("last", 1);
        endpoint.assertClosedWith(new AcknowledgementsMissing(1000));
        assertThat(told).hasSize(1001).startsWith("last lost").endsWith("m lost");
    }

    @Test
    void oneThatDoesNotReadIsClosedBeforeItCostsMoreThanItsShare() {
        byte[] large = new byte[100_000];
        // Not run meanwhile: nothing leaves for the network.
        for (int i = 0; i < 11; i++) {
            endpoint.face.link().publish(delivery("m", large, 0));
        }
        endpoint.run();
        endpoint.assertClosedWith(new ReaderTooSlow(1024 * 1024));
        assertThat(told).contains("m lost").hasSize(11);
    }
}
