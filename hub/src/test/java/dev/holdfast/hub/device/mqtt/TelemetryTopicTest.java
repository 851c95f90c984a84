package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.device.mqtt.TelemetryTopic.Read.Refused;
import dev.holdfast.hub.device.mqtt.TelemetryTopic.Read.Telemetry;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.SystemProperty;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TelemetryTopicTest {
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final Identity MOD1 = new Identity(new DeviceId("dev1"), new ModuleId("mod1"));

    private static Telemetry read(Identity identity, String topic) {
        return switch (new TelemetryTopic(identity).read(topic)) {
            case Telemetry telemetry -> telemetry;
            case Refused(var why) -> throw new AssertionError(why.explain());
        };
    }

    private static PublishRefusal refusal(Identity identity, String topic) {
        return switch (new TelemetryTopic(identity).read(topic)) {
            case Telemetry telemetry -> throw new AssertionError("'" + topic + "' was read as " + telemetry);
            case Refused(var why) -> why;
        };
    }

    /** As captured from the clients. */
    @Test
    void everySdk() {
        Telemetry node = read(
                DEV1,
                "devices/dev1/messages/events/%24.mid=id1&%24.cid=c1&%24.ct=application%2Fjson&%24.ce=utf-8&p=v%20w");
        assertThat(node.system())
                .containsExactly(
                        entry(SystemProperty.MESSAGE_ID, "id1"),
                        entry(SystemProperty.CORRELATION_ID, "c1"),
                        entry(SystemProperty.CONTENT_TYPE, "application/json"),
                        entry(SystemProperty.CONTENT_ENCODING, "utf-8"));
        assertThat(node.properties()).containsExactly(entry("p", "v w"));

        Telemetry java = read(
                DEV1,
                "devices/dev1/messages/events/$.mid=id1&$.cid=c1&$.cdid=dev1&$.ce=utf-8"
                        + "&$.ct=application%2Fjson&p=v%20w");
        assertThat(java).isEqualTo(node);

        Telemetry c = read(
                DEV1, "devices/dev1/messages/events/p=v w&%24.mid=id1&%24.cid=c1&%24.ct=application/json&%24.ce=utf-8");
        assertThat(c).isEqualTo(node);

        assertThat(read(MOD1, "devices/dev1/modules/mod1/messages/events/"))
                .isEqualTo(new Telemetry(Map.of(), Map.of()));
    }

    @Test
    void everyFormOfTheTopic() {
        for (String tail : List.of("", "/", "/?", "//")) {
            assertThat(read(DEV1, "devices/dev1/messages/events" + tail)).isEqualTo(new Telemetry(Map.of(), Map.of()));
        }
        for (String tail : List.of("/a=1&b=2", "/?a=1&b=2", "/a=1&b=2/", "/?a=1&b=2/", "/&a=1&&b=2&")) {
            assertThat(read(DEV1, "devices/dev1/messages/events" + tail).properties())
                    .as(tail)
                    .containsExactly(entry("a", "1"), entry("b", "2"));
            assertThat(read(MOD1, "devices/dev1/modules/mod1/messages/events" + tail)
                            .properties())
                    .as(tail)
                    .containsExactly(entry("a", "1"), entry("b", "2"));
        }
    }

    @Test
    void everySystemProperty() {
        Map<String, SystemProperty> known = new LinkedHashMap<>();
        known.put("mid", SystemProperty.MESSAGE_ID);
        known.put("cid", SystemProperty.CORRELATION_ID);
        known.put("uid", SystemProperty.USER_ID);
        known.put("to", SystemProperty.TO);
        known.put("ct", SystemProperty.CONTENT_TYPE);
        known.put("ce", SystemProperty.CONTENT_ENCODING);
        known.put("exp", SystemProperty.EXPIRY_TIME);
        known.put("ctime", SystemProperty.CREATION_TIME);
        known.put("on", SystemProperty.OUTPUT_NAME);
        known.put("sub", SystemProperty.COMPONENT_NAME);
        known.put("ifid", SystemProperty.INTERFACE_ID);
        known.put("schema", SystemProperty.MESSAGE_SCHEMA);
        known.put("diagid", SystemProperty.DIAGNOSTIC_ID);
        known.put("diagctx", SystemProperty.DIAGNOSTIC_CONTEXT);
        assertThat(known.values()).containsExactlyInAnyOrder(SystemProperty.values());
        known.forEach((code, property) -> {
            for (String prefix : List.of("$.", "%24.", "%24%2e", "%24%2E")) {
                Telemetry read = read(DEV1, "devices/dev1/messages/events/" + prefix + code + "=v%2f");
                assertThat(read.system()).containsExactly(entry(property, "v/"));
                assertThat(read.properties()).isEmpty();
            }
        });
    }

    @Test
    void anUnknownSystemPropertyStaysUnderItsFullName() {
        Telemetry read = read(DEV1, "devices/dev1/messages/events/%24.xyz=1&$.MID=2&iothub-ack=full&$x=3");
        assertThat(read.system()).isEmpty();
        assertThat(read.properties())
                .containsExactly(
                        entry("$.xyz", "1"), entry("$.MID", "2"), entry("iothub-ack", "full"), entry("$x", "3"));
    }

    @Test
    void noSenderSaysWhoItIs() {
        Telemetry read = read(
                DEV1, "devices/dev1/messages/events/$.cdid=other&%24.cmid=mod&iothub-connection-device-id=other&a=1");
        assertThat(read.system()).isEmpty();
        assertThat(read.properties()).containsExactly(entry("iothub-connection-device-id", "other"), entry("a", "1"));
    }

    @Test
    void theLastOfRepeatedNamesCounts() {
        Telemetry read = read(DEV1, "devices/dev1/messages/events/a=1&$.mid=x&a=2&%24.mid=y");
        assertThat(read.system()).containsExactly(entry(SystemProperty.MESSAGE_ID, "y"));
        assertThat(read.properties()).containsExactly(entry("a", "2"));
    }

    @Test
    void valuesAreDecodedWhereTheyCanBe() {
        Map<String, String> values = Map.of(
                "100%",
                "100%",
                "100%25",
                "100%",
                "%zz%41",
                "%zzA",
                "%C3%A9%c3%a9",
                "éé",
                "%C3",
                "%C3",
                "%C3%41",
                "%C3%41",
                "a+b".replace("+", "%2B"),
                "a+b",
                "k=v=w",
                "k=v=w",
                "",
                "",
                "a/b",
                "a/b");
        values.forEach((sent, read) -> assertThat(read(DEV1, "devices/dev1/messages/events/p=" + sent + "&q=1")
                        .properties())
                .as(sent)
                .containsEntry("p", read));
        assertThat(read(DEV1, "devices/dev1/messages/events/p&q").properties())
                .containsExactly(entry("p", ""), entry("q", ""));
    }

    @Test
    void aPropertyNeedsAName() {
        assertThat(refusal(DEV1, "devices/dev1/messages/events/a=1&=v"))
                .isEqualTo(new PublishRefusal.PropertiesMalformed("'=v' has no name"));
    }

    @Test
    void onlyTheOwnTopicLiterally() {
        String own = "devices/dev1/messages/events";
        for (String topic : List.of(
                "devices/dev2/messages/events/",
                "devices/dev10/messages/events/",
                "devices/dev/messages/events/",
                "devices/DEV1/messages/events/",
                "devices/dev%31/messages/events/",
                "devices//dev1/messages/events/",
                "devices/dev1/modules/mod1/messages/events/",
                "devices/dev1/messages/eventsX")) {
            assertThat(refusal(DEV1, topic)).isEqualTo(new PublishRefusal.TopicOfOtherIdentity(topic, own));
        }
        for (String topic : List.of(
                "Devices/dev1/messages/events/",
                "devices/dev1/messages/devicebound/",
                "devices/dev1/messages",
                "devices/dev1/messages/event",
                "/devices/dev1/messages/events/",
                "foo",
                "$SYS/x",
                "$share/g/devices/dev1/messages/events/")) {
            assertThat(refusal(DEV1, topic)).isEqualTo(new PublishRefusal.UnknownTopic(topic, own));
        }
        assertThat(refusal(MOD1, "devices/dev1/messages/events/").reason()).isEqualTo("TopicOfOtherIdentity");
        assertThat(refusal(MOD1, "devices/dev1/modules/mod2/messages/events/").reason())
                .isEqualTo("TopicOfOtherIdentity");
    }

    @Test
    void whatThisReleaseDoesNotServeIsSaidSo() {
        String topic = "$iothub/credentials/POST/issueCertificate/?$rid=abcd";
        assertThat(refusal(DEV1, topic)).isEqualTo(new PublishRefusal.NotServedOverMqtt(topic));
    }

    @Test
    void noTelemetryAndNoWillGoesToTheTopicsOfRequests() {
        for (String request : List.of(
                "$iothub/twin/GET/?$rid=1",
                "$iothub/twin/PATCH/properties/reported/?$rid=1",
                "$iothub/methods/res/200/?$rid=1")) {
            assertThat(refusal(DEV1, request).reason()).isEqualTo("UnknownTopic");
        }
    }

    @Test
    void anIdWithPercentOrDollarIsComparedLiterally() {
        Identity odd = Identity.of(new DeviceId("$d%41?=@"));
        assertThat(read(odd, "devices/$d%41?=@/messages/events/a=1").properties())
                .containsExactly(entry("a", "1"));
        assertThat(refusal(odd, "devices/$dA?=@/messages/events/a=1").reason()).isEqualTo("TopicOfOtherIdentity");
    }

    @Test
    void whatIsBuiltIsReadBack() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 10_000; round++) {
            Map<String, String> properties = new LinkedHashMap<>();
            for (int n = random.nextInt(6); n > 0; n--) {
                properties.put("k" + text(random), text(random));
            }
            StringBuilder topic = new StringBuilder("devices/dev1/messages/events/");
            properties.forEach((name, value) ->
                    topic.append(encode(name)).append('=').append(encode(value)).append('&'));
            assertThat(read(DEV1, topic.toString()).properties())
                    .as("seed %d", seed)
                    .isEqualTo(properties);
        }
    }

    @Test
    void junkIsAnsweredAndNeverThrows() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        TelemetryTopic topic = new TelemetryTopic(DEV1);
        for (int round = 0; round < 50_000; round++) {
            String prefix = random.nextBoolean() ? "devices/dev1/messages/events" : "";
            String text = prefix + UserNameTest.chars(random, "/?&=%$.mid24CcA9dev1é\uD800\u0000", random.nextInt(25));
            try {
                assertThat(topic.read(text)).isNotNull();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": '" + text + "'", e);
            }
        }
    }

    private static String text(Random random) {
        return UserNameTest.chars(random, "abc019 /?&=%+#$.é€\n\"\\", random.nextInt(8));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
