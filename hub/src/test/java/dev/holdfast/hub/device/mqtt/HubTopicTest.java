package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The topics of requests: what the SDKs send is read, and nothing else is, whatever is put into them. */
class HubTopicTest {
    private static final UUID CALL = UUID.fromString("11111111-2222-4333-8444-555555555555");

    @Test
    void what_the_sdks_send() {
        assertThat(HubTopic.read("$iothub/twin/GET/?$rid=7")).isEqualTo(new HubTopic.Read.GetTwin("7"));
        assertThat(HubTopic.read("$iothub/twin/GET/?$rid=a%20b=c"))
                .as("byte for byte")
                .isEqualTo(new HubTopic.Read.GetTwin("a%20b=c"));
        assertThat(HubTopic.read("$iothub/twin/PATCH/properties/reported/?$rid=x"))
                .isEqualTo(new HubTopic.Read.Report("x", null));
        assertThat(HubTopic.read("$iothub/twin/PATCH/properties/reported/?$rid=x&$version=5"))
                .isEqualTo(new HubTopic.Read.Report("x", 5L));
        assertThat(HubTopic.read("$iothub/methods/res/200/?$rid=" + CALL))
                .isEqualTo(new HubTopic.Read.MethodAnswer(200, Optional.of(CALL)));
        assertThat(HubTopic.read("$iothub/methods/res/-1/?$rid=" + CALL + "&x=y"))
                .isEqualTo(new HubTopic.Read.MethodAnswer(-1, Optional.of(CALL)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1-1-1-1-1",
                "x",
                "11111111-2222-4333-8444-55555555555G",
                "11111111222243338444555555555555"
            })
    void an_id_that_was_never_given_is_of_no_call(String id) {
        assertThat(HubTopic.read("$iothub/methods/res/200/?$rid=" + id))
                .isEqualTo(new HubTopic.Read.MethodAnswer(200, Optional.empty()));
    }

    @Test
    void nothing_in_a_topic_names_another_identity() {
        for (String topic : List.of(
                "$iothub/twin/GET",
                "$iothub/twin/GET/dev2/?$rid=1",
                "$iothub/twin/dev2/GET/?$rid=1",
                "$iothub/twin/GET/?$rid=1&device=dev2",
                "$iothub/twin/GET/?device=dev2&$rid=1",
                "$iothub/twin/GET/?$rid=1&$rid=2",
                "$iothub/twin/GET/?$rid=1&$version=1",
                "$iothub/twin/get/?$rid=1",
                "$iothub/twin/PATCH/properties/desired/?$rid=1",
                "$iothub/twin/PATCH/tags/?$rid=1",
                "$iothub/twin/PATCH/properties/reported/dev2/?$rid=1",
                "$iothub/twin/PATCH/properties/reported/?$rid=1&$version=",
                "$iothub/twin/PATCH/properties/reported/?$rid=1&$version=-1",
                "$iothub/twin/PATCH/properties/reported/?$rid=1&$version=9999999999999999999",
                "$iothub/twin/PUT/?$rid=1",
                "$iothub/twin/res/200/?$rid=1",
                "$iothub/methods/POST/reboot/?$rid=1",
                "$iothub/methods/dev2/res/200/?$rid=1",
                "$iothub/methods/res/200",
                "$iothub/methods/res/200/dev2/?$rid=1",
                "$iothub/methods/res//?$rid=1",
                "$iothub/methods/res/99999999999/?$rid=1",
                "$iothub/methods/res/0x1/?$rid=1",
                "$iothub/twin/GET/?$rid=" + "x".repeat(257))) {
            assertThat(HubTopic.claims(topic)).as(topic).isTrue();
            assertThat(HubTopic.read(topic)).as(topic).isInstanceOf(HubTopic.Read.Refused.class);
        }
        for (String topic : List.of(
                "$iothub/", "$IoTHub/twin/GET/?$rid=1", "devices/dev2/twin/GET/?$rid=1", "/$iothub/twin/GET/?$rid=1")) {
            assertThat(HubTopic.claims(topic)).as(topic).isFalse();
        }
    }

    @Test
    void whatever_a_topic_holds_it_is_read_or_refused() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> parts = List.of(
                "$iothub/",
                "twin/",
                "methods/",
                "GET/",
                "res/",
                "PATCH/properties/reported/",
                "?",
                "$rid=",
                "$version=",
                "&",
                "1",
                "-",
                "/",
                "\u00fc",
                "9".repeat(30),
                CALL.toString());
        for (int i = 0; i < 20_000; i++) {
            StringBuilder topic = new StringBuilder("$iothub/" + (random.nextBoolean() ? "twin/" : "methods/"));
            for (int n = random.nextInt(8); n > 0; n--) {
                topic.append(parts.get(random.nextInt(parts.size())));
            }
            assertThat(HubTopic.read(topic.toString()))
                    .as("seed %s: %s", seed, topic)
                    .isNotNull();
        }
    }
}
