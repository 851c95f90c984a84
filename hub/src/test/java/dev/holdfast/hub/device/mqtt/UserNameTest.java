package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.Identity;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UserNameTest {
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final Identity MOD1 = new Identity(new DeviceId("dev1"), new ModuleId("mod1"));

    private static UserName read(String userName, String clientId) {
        return switch (UserName.parse(userName, clientId)) {
            case UserName.Parsed.Name(var name) -> name;
            case UserName.Parsed.Malformed(var what) -> throw new AssertionError(what);
            case UserName.Parsed.OtherClientId(var id, var named) -> throw new AssertionError(id + " is not " + named);
        };
    }

    private static void assertRead(String userName, String clientId, Identity identity, @Nullable String modelId) {
        UserName name = read(userName, clientId);
        assertThat(name.host()).isEqualTo("hub1.hub.test");
        assertThat(name.identity()).isEqualTo(identity);
        assertThat(name.modelId()).isEqualTo(modelId);
    }

    /** As captured from the clients. */
    @Test
    void everySdk() {
        assertRead(
                "hub1.hub.test/dev1/?api-version=2021-04-12"
                        + "&DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v20.1)hf",
                "dev1", DEV1, null);
        assertRead(
                "hub1.hub.test/dev1/mod1/?api-version=2021-04-12&model-id=dtmi:azure:iot:test;1&DeviceClientType=azure",
                "dev1/mod1",
                MOD1,
                "dtmi:azure:iot:test;1");
        assertRead(
                "hub1.hub.test/dev1/?api-version=2020-09-30&model-id=dtmi%3Aazure%3Aiot%3Atest%3B1"
                        + "&DeviceClientType=java",
                "dev1", DEV1, "dtmi:azure:iot:test;1");
        assertRead(
                "hub1.hub.test/dev1/?api-version=2019-10-01"
                        + "&DeviceClientType=azure-iot-device-iothub-py%2F2.14.0%283.11.2%3B",
                "dev1", DEV1, null);
        assertRead(
                "hub1.hub.test/dev1/?api-version=2020-09-30&DeviceClientType=iothubclient%2f1.15&model-id=dtmi%3aa%3b1",
                "dev1", DEV1, "dtmi:a;1");
    }

    @Test
    void a_client_says_what_it_is_unless_that_is_too_long() {
        assertThat(read("h/dev1/?DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v20.1)", "dev1")
                        .clientType())
                .isEqualTo("azure-iot-device/1.18.4 (node v20.1)");
        assertThat(read("h/dev1/?DeviceClientType=" + "x".repeat(1025), "dev1").clientType())
                .isNull();
        assertThat(read("h/dev1/", "dev1").clientType()).isNull();
    }

    @Test
    void everyFormOfTheTail() {
        for (String tail : List.of(
                "",
                "/",
                "/?",
                "/?api-version=2018-06-30",
                "?api-version=2018-06-30",
                "?&api-version=2018-06-30",
                "/api-version=2016-11-14&DeviceClientType=x",
                "/?model-id=",
                "/?api-version",
                "/?&&=x&unknown=1&auth-chain=a%3bb",
                "/?DeviceClientType=a/b?c")) {
            assertRead("hub1.hub.test/dev1" + tail, "dev1", DEV1, null);
            assertRead("hub1.hub.test/dev1/mod1" + tail, "dev1/mod1", MOD1, null);
        }
    }

    @Test
    void theFirstOfRepeatedParametersCountsAndABrokenEscapeStays() {
        assertThat(read("h/dev1/?model-id=a%zz%41&model-id=b", "dev1").modelId())
                .isEqualTo("a%zzA");
    }

    @Test
    void idsMayHoldWhatLooksLikeSyntax() {
        for (String id : List.of("d?api-version=1", "$%2F+#*", "a=b", "dev?", "?")) {
            assertThat(read("h/" + id + "/?api-version=1", id)
                            .identity()
                            .device()
                            .value())
                    .isEqualTo(id);
            assertThat(read("h/" + id + "/" + id, id + "/" + id).identity().toString())
                    .isEqualTo(id + "/" + id);
        }
    }

    @Test
    void theClientIdMustBeLiterallyWhatTheUserNameNames() {
        for (var pair : List.of(
                List.of("dev1", "dev2"),
                List.of("dev1", "dev10"),
                List.of("dev10", "dev1"),
                List.of("dev1", "DEV1"),
                List.of("dev1/mod1", "dev1"),
                List.of("dev1", "dev1/mod1"),
                List.of("dev1/mod1", "dev1/mod2"),
                List.of("dev%31", "dev1"),
                List.of("dev?1", "dev"))) {
            assertThat(UserName.parse("h/" + pair.get(0) + "/?api-version=1", pair.get(1)))
                    .isEqualTo(new UserName.Parsed.OtherClientId(pair.get(1), pair.get(0)));
        }
    }

    @Test
    void malformedOnes() {
        for (var pair : List.of(
                List.of("", "dev1"),
                List.of("nohost", "dev1"),
                List.of("/dev1", "dev1"),
                List.of("h/", ""),
                List.of("h/a b", "a b"),
                List.of("h/a/b/c", "a/b/c"),
                List.of("h/a/", "a/"),
                List.of("h//m", "/m"),
                List.of("h/é", "é"),
                List.of("h/" + "x".repeat(129), "x".repeat(129)))) {
            assertThat(UserName.parse(pair.get(0), pair.get(1)))
                    .as("%s", pair)
                    .isInstanceOf(UserName.Parsed.Malformed.class);
        }
    }

    @Test
    void aModelIdIsStampedOnEveryMessageSoItIsBounded() {
        assertThat(read("h/d/?model-id=" + "m".repeat(2048), "d").modelId()).hasSize(2048);
        assertThat(UserName.parse("h/d/?model-id=" + "m".repeat(2049), "d"))
                .isInstanceOf(UserName.Parsed.Malformed.class);
        assertThat(UserName.parse("h/d/?model-id=a%0Ab", "d")).isInstanceOf(UserName.Parsed.Malformed.class);
    }

    @Test
    void whatIsBuiltIsReadBack() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            String device = id(random);
            String clientId = random.nextBoolean() ? device : device + "/" + id(random);
            String query =
                    random.nextBoolean() ? "/?api-version=2021-04-12&model-id=dtmi%3Ax%3B1" : "/?model-id=dtmi:x;1";
            UserName name = read("some.host/" + clientId + query, clientId);
            assertThat(name.identity().toString()).as("seed %d", seed).isEqualTo(clientId);
            assertThat(name.host()).isEqualTo("some.host");
            assertThat(name.modelId()).isEqualTo("dtmi:x;1");
        }
    }

    @Test
    void junkIsAnsweredAndNeverThrows() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 50_000; round++) {
            String userName = junk(random);
            String clientId = random.nextInt(3) == 0 ? junk(random) : "dev1";
            try {
                assertThat(UserName.parse(userName, clientId)).isNotNull();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": '" + userName + "', '" + clientId + "'", e);
            }
        }
    }

    private static String id(Random random) {
        String allowed = "abcXYZ019-:.+%_#*?!(),=@;$'";
        String id = chars(random, allowed, 1 + random.nextInt(10));
        return id.equals(".") || id.equals("..") ? "a" + id : id;
    }

    private static String junk(Random random) {
        return chars(random, "/?&=%dev1/hé\u0001\uD800+#api-version=", random.nextInt(25));
    }

    static String chars(Random random, String from, int length) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < length; i++) {
            out.append(from.charAt(random.nextInt(from.length())));
        }
        return out.toString();
    }
}
