package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.command.CloudMessage;
import dev.holdfast.hub.command.FeedbackWanted;
import dev.holdfast.hub.command.LockedMessage;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.SystemProperty;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The topic of a message as the SDKs take it apart. */
class MessageTopicTest {
    private static final Instant EXPIRES = Instant.parse("2026-01-01T01:00:00Z");
    private static final Identity DEVICE = Identity.of(new DeviceId("dev1"));
    private static final Identity MODULE = new Identity(new DeviceId("dev1"), new ModuleId("m"));

    private static String topic(
            Identity to, Map<SystemProperty, String> system, Map<String, String> properties, FeedbackWanted wanted) {
        CloudMessage message = new CloudMessage(new byte[0], system, properties, wanted, EXPIRES);
        return new MessageTopic(to).topic(new LockedMessage(new UUID(0, 0), 1, Instant.EPOCH, EXPIRES, 0, message));
    }

    @Test
    void system_properties_come_first_and_nothing_has_an_empty_value() {
        assertThat(topic(
                        DEVICE,
                        Map.of(SystemProperty.MESSAGE_ID, "id 1", SystemProperty.CONTENT_TYPE, "application/json"),
                        Map.of("empty", ""),
                        FeedbackWanted.FULL))
                .isEqualTo("devices/dev1/messages/devicebound/%24.exp=2026-01-01T01%3A00%3A00Z&%24.mid=id%201"
                        + "&%24.to=%2Fdevices%2Fdev1%2Fmessages%2Fdevicebound&%24.ct=application%2Fjson"
                        + "&iothub-ack=full");
    }

    @Test
    void what_is_addressed_to_an_input_of_a_module_goes_there() {
        assertThat(topic(
                        MODULE,
                        Map.of(SystemProperty.TO, "/devices/dev1/modules/m/inputs/in1"),
                        Map.of(),
                        FeedbackWanted.NONE))
                .startsWith("devices/dev1/modules/m/inputs/in1/%24.exp=");
        assertThat(topic(
                        MODULE,
                        Map.of(SystemProperty.TO, "/devices/dev2/modules/m/inputs/in1"),
                        Map.of(),
                        FeedbackWanted.NONE))
                .startsWith("devices/dev1/modules/m/messages/devicebound/");
        assertThat(topic(
                        MODULE,
                        Map.of(SystemProperty.TO, "/devices/dev1/modules/m/inputs/../#"),
                        Map.of(),
                        FeedbackWanted.NONE))
                .startsWith("devices/dev1/modules/m/inputs/..%2F%23/");
    }

    @Test
    void whatever_stands_in_properties_comes_out_as_it_went_in() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            Map<String, String> properties = new LinkedHashMap<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                properties.put(text(random, 0x20, 0x7E), text(random, 0x20, 0x2FF));
            }
            String topic = topic(DEVICE, Map.of(), properties, FeedbackWanted.NONE);
            assertThat(topic.split("/", -1)).as("seed %d: %s", seed, topic).hasSize(5);
            assertThat(topic).doesNotContain("+", "#");
            Map<String, String> read = new LinkedHashMap<>();
            for (String pair : topic.substring(topic.lastIndexOf('/') + 1).split("&", -1)) {
                String[] parts = pair.split("=", -1);
                assertThat(parts).as("seed %d: %s", seed, pair).hasSize(2);
                read.put(decode(parts[0]), decode(parts[1]));
            }
            read.keySet().removeIf(name -> name.startsWith("$."));
            properties.keySet().removeIf(name -> name.startsWith("$."));
            assertThat(read).as("seed %d", seed).isEqualTo(properties);
        }
    }

    private static String text(Random random, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            text.append((char) random.nextInt(from, to + 1));
        }
        return text.toString();
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
