package dev.holdfast.hub.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.link.DeviceLinks;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class DeviceResourceTest {
    private static final String KEY1 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=";
    private static final String KEY2 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAI=";
    private static final String SHA1 = "0123456789ABCDEF0123456789ABCDEF01234567";

    private final FakeHub hub = new FakeHub();

    private FakeHub.Answer put(String json) {
        return hub.call("PUT", "/devices/dev1").body(json).send();
    }

    private FakeHub.Answer update(String json) {
        return hub.call("PUT", "/devices/dev1")
                .with("if-match", "\"*\"")
                .body(json)
                .send();
    }

    private static String withAuthentication(String authentication) {
        return "{\"deviceId\":\"dev1\",\"authentication\":" + authentication + "}";
    }

    @Test
    void aDeviceIsWrittenWithEveryMemberThatClientsKnow() {
        String keys = "{\"type\":\"sas\",\"symmetricKey\":{\"primaryKey\":\"" + KEY1 + "\",\"secondaryKey\":\"" + KEY2
                + "\"}}";
        FakeHub.Answer made = put(withAuthentication(keys));
        assertThat(made.status()).isEqualTo(200);
        String etag = made.json().get("etag").stringValue();
        String generation = made.json().get("generationId").stringValue();
        assertThat(made.text())
                .isEqualTo("{\"deviceId\":\"dev1\",\"generationId\":\"" + generation + "\",\"etag\":\"" + etag + "\","
                        + "\"connectionState\":\"Disconnected\",\"status\":\"enabled\",\"statusReason\":null,"
                        + "\"connectionStateUpdatedTime\":\"0001-01-01T00:00:00Z\","
                        + "\"statusUpdatedTime\":\"2026-11-22T08:00:00.1234567Z\","
                        + "\"lastActivityTime\":\"0001-01-01T00:00:00Z\",\"cloudToDeviceMessageCount\":0,"
                        + "\"authentication\":{\"symmetricKey\":{\"primaryKey\":\"" + KEY1 + "\",\"secondaryKey\":\""
                        + KEY2 + "\"},\"x509Thumbprint\":{\"primaryThumbprint\":null,\"secondaryThumbprint\":null},"
                        + "\"type\":\"sas\"},\"capabilities\":{\"iotEdge\":false}}");
        assertThat(made.header("ETag")).isEqualTo("\"" + etag + "\"");
        assertThat(made.header("Content-Type")).isEqualTo("application/json; charset=utf-8");
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        FakeHub.Answer read = hub.call("GET", "/devices/dev1").send();
        assertThat(read.text()).isEqualTo(made.text());
        assertThat(read.header("ETag")).isEqualTo(made.header("ETag"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"deviceId\":\"dev1\"}",
                "{\"deviceId\":\"dev1\",\"authentication\":null}",
                "{\"deviceId\":\"dev1\",\"authentication\":{}}",
                "{\"authentication\":{\"type\":\"sas\"}}",
                "{\"authentication\":{\"type\":\"SAS\",\"symmetricKey\":null}}",
                "{\"authentication\":{\"symmetricKey\":{\"primaryKey\":\"\",\"secondaryKey\":\"\"}}}",
                "{\"authentication\":{\"symmetricKey\":{\"primaryKey\":null,\"secondaryKey\":null},"
                        + "\"x509Thumbprint\":{\"primaryThumbprint\":null,\"secondaryThumbprint\":null}}}"
            })
    void keysAreMadeWhereNoneAreGiven(String json) {
        JsonNode authentication = put(json).json().get("authentication");
        assertThat(authentication.get("type").stringValue()).isEqualTo("sas");
        JsonNode keys = authentication.get("symmetricKey");
        assertThat(keys.get("primaryKey").stringValue())
                .hasSize(44)
                .isNotEqualTo(keys.get("secondaryKey").stringValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"type\":\"selfSigned\",\"x509Thumbprint\":{\"primaryThumbprint\":\"%T\",\"secondaryThumbprint\":\"%T\"}}|selfSigned|%T|%T",
                "{\"type\":\"selfSigned\",\"x509Thumbprint\":{\"primaryThumbprint\":\"%T\"}}|selfSigned|%T|null",
                "{\"type\":\"selfSigned\",\"x509Thumbprint\":{\"primaryThumbprint\":\"\",\"secondaryThumbprint\":\"%T\"}}|selfSigned|null|%T",
                "{\"x509Thumbprint\":{\"primaryThumbprint\":\"%T\"}}|selfSigned|%T|null",
                "{\"type\":\"SelfSigned\",\"x509Thumbprint\":{\"primaryThumbprint\":\"01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67\"}}|selfSigned|%T|null",
                "{\"type\":\"certificateAuthority\",\"symmetricKey\":{\"primaryKey\":\"ignored\"}}|certificateAuthority|null|null",
                "{\"type\":\"none\"}|none|null|null",
            })
    void otherKindsOfAuthenticationAreTaken(String given, String type, String primary, String secondary) {
        FakeHub.Answer made = put(withAuthentication(given.replace("%T", SHA1)));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        JsonNode authentication = made.json().get("authentication");
        assertThat(authentication.get("type").stringValue()).isEqualTo(type);
        assertThat(authentication.get("x509Thumbprint").get("primaryThumbprint").asString("null"))
                .isEqualTo(primary.replace("%T", SHA1));
        assertThat(authentication
                        .get("x509Thumbprint")
                        .get("secondaryThumbprint")
                        .asString("null"))
                .isEqualTo(secondary.replace("%T", SHA1));
        assertThat(authentication.get("symmetricKey").get("primaryKey").isNull())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"sas\",\"symmetricKey\":{\"primaryKey\":\"%K\"}}",
                "{\"type\":\"sas\",\"symmetricKey\":{\"primaryKey\":\"%K\",\"secondaryKey\":\"\"}}",
                "{\"type\":\"sas\",\"symmetricKey\":{\"secondaryKey\":\"%K\"}}",
                "{\"type\":\"sas\",\"symmetricKey\":{\"primaryKey\":\"short\",\"secondaryKey\":\"%K\"}}",
                "{\"type\":\"sas\",\"symmetricKey\":{\"primaryKey\":\"%K\",\"secondaryKey\":\"not base64!\"}}",
                "{\"type\":\"selfSigned\"}",
                "{\"type\":\"selfSigned\",\"x509Thumbprint\":{}}",
                "{\"type\":\"selfSigned\",\"x509Thumbprint\":{\"primaryThumbprint\":\"xyz\"}}",
                "{\"type\":\"tpm\"}"
            })
    void badAuthenticationIsRefusedWithoutRepeatingIt(String given) {
        FakeHub.Answer refused = put(withAuthentication(given.replace("%K", KEY1)));
        assertThat(refused.error()).isEqualTo(400004);
        assertThat(refused.text()).doesNotContain(KEY1).doesNotContain("not base64!");
        assertThat(hub.call("GET", "/devices/dev1").send().status()).isEqualTo(404);
    }

    @Test
    void whatClientsSendBackOfTheServersOwnIsPassedOver() {
        FakeHub.Answer made = put("{\"deviceId\":\"dev1\",\"generationId\":null,\"etag\":null,"
                + "\"connectionState\":\"disconnected\",\"status\":\"Enabled\",\"statusReason\":null,"
                + "\"connectionStateUpdatedTime\":null,\"statusUpdatedTime\":\"0001-01-01T00:00:00\","
                + "\"lastActivityTime\":5,\"cloudToDeviceMessageCount\":\"0\",\"capabilities\":{},"
                + "\"parentScopes\":[],\"configurations\":{\"a\":[1,2]}}");
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        assertThat(made.json().get("status").stringValue()).isEqualTo("enabled");
    }

    @Test
    void whatWasReadMayBeWrittenBackUnchanged() {
        String made =
                put("{\"statusReason\":\"w\u00e4rum\",\"status\":\"disabled\",\"capabilities\":{\"iotEdge\":true}}")
                        .text();
        FakeHub.Answer again = update(made);
        assertThat(again.status()).as(again.text()).isEqualTo(200);
        assertThat(again.text().replaceFirst("\"etag\":\"[^\"]*\"", ""))
                .isEqualTo(made.replaceFirst("\"etag\":\"[^\"]*\"", ""));
        assertThat(again.json().get("deviceScope").stringValue()).startsWith("ms-azure-iot-edge://dev1-");
    }

    @Test
    void anUpdateWithoutKeysKeepsThem() {
        JsonNode before = put("{}").json();
        JsonNode after = update("{\"deviceId\":\"dev1\",\"status\":\"disabled\",\"statusReason\":\"lost\"}")
                .json();
        assertThat(after.get("authentication")).isEqualTo(before.get("authentication"));
        assertThat(after.get("status").stringValue()).isEqualTo("disabled");
        assertThat(after.get("statusReason").stringValue()).isEqualTo("lost");
        assertThat(after.get("generationId")).isEqualTo(before.get("generationId"));
    }

    @Test
    void conditionsAreKept() {
        assertThat(update("{}").error()).isEqualTo(404001);
        String etag = put("{}").json().get("etag").stringValue();
        assertThat(put("{}").error()).isEqualTo(409001);
        assertThat(hub.call("PUT", "/devices/dev1")
                        .with("if-match", "\"" + etag + "\"")
                        .body("{}")
                        .send()
                        .status())
                .isEqualTo(200);
        assertThat(hub.call("PUT", "/devices/dev1")
                        .with("if-match", "\"" + etag + "\"")
                        .body("{}")
                        .send()
                        .error())
                .isEqualTo(412001);
        assertThat(hub.call("DELETE", "/devices/dev1")
                        .with("if-match", etag)
                        .send()
                        .error())
                .isEqualTo(412001);
        FakeHub.Answer deleted =
                hub.call("DELETE", "/devices/dev1").with("if-match", "*").send();
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.text()).isEmpty();
        assertThat(hub.call("DELETE", "/devices/dev1").send().error()).isEqualTo(404001);
    }

    @Test
    void thePathNamesTheDevice() {
        assertThat(put("{\"deviceId\":\"dev2\"}").error()).isEqualTo(400004);
        assertThat(put("{\"deviceId\":\"DEV1\"}").error()).isEqualTo(400004);
        assertThat(hub.call("PUT", "/devices/a b").body("{}").send().error()).isEqualTo(400004);
        assertThat(hub.call("GET", "/devices/" + "x".repeat(129)).send().error())
                .isEqualTo(400004);
        assertThat(hub.call("PUT", "/devices/%*#+$").body("{}").send().status()).isEqualTo(200);
        assertThat(hub.call("GET", "/devices/%*#+$").send().status()).isEqualTo(200);
    }

    @Test
    void aReasonThatIsTooLongIsRefused() {
        assertThat(put("{\"statusReason\":\"" + "x".repeat(129) + "\"}").error())
                .isEqualTo(400004);
        assertThat(put("{\"status\":\"asleep\"}").error()).isEqualTo(400004);
        assertThat(put("{\"deviceScope\":\"" + "x".repeat(513) + "\"}").error()).isEqualTo(400004);
        assertThat(put("{\"parentScopes\":[1,2]}").error()).isEqualTo(400006);
    }

    @Test
    void aConnectedDeviceIsSaidToBe() {
        put("{}");
        try (DeviceLinks.Registration _ = hub.links.register(
                Identity.of(new DeviceId("dev1")),
                _ -> {},
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))) {
            assertThat(hub.call("GET", "/devices/dev1")
                            .send()
                            .json()
                            .get("connectionState")
                            .stringValue())
                    .isEqualTo("Connected");
            assertThat(hub.call("GET", "/statistics/service").send().text()).isEqualTo("{\"connectedDeviceCount\":1}");
        }
        assertThat(hub.call("GET", "/devices/dev1")
                        .send()
                        .json()
                        .get("connectionState")
                        .stringValue())
                .isEqualTo("Disconnected");
        assertThat(hub.call("GET", "/statistics/service").send().text()).isEqualTo("{\"connectedDeviceCount\":0}");
    }

    @Test
    void devicesAreListedAndCounted() {
        assertThat(hub.call("GET", "/devices").send().text()).isEqualTo("[]");
        for (int i = 0; i < 12; i++) {
            hub.call("PUT", "/devices/d" + i)
                    .body(i % 3 == 0 ? "{\"status\":\"disabled\"}" : "{}")
                    .send();
        }
        assertThat(hub.call("GET", "/devices").send().json()).hasSize(12);
        assertThat(hub.call("GET", "/devices").query("top", "5").send().json()).hasSize(5);
        for (String top : List.of("0", "1001", "-1", "x", "99999999999", "1e1", "5 ")) {
            assertThat(hub.call("GET", "/devices").query("top", top).send().json())
                    .as(top)
                    .hasSize(12);
        }
        assertThat(hub.call("GET", "/statistics/devices").send().text())
                .isEqualTo("{\"totalDeviceCount\":12,\"enabledDeviceCount\":8,\"disabledDeviceCount\":4}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "5",
                "\"x\"",
                "{",
                "{}{}",
                "{} x",
                "{\"deviceId\":5}",
                "{\"deviceId\":true}",
                "{\"status\":1}",
                "{\"status\":[\"enabled\"]}",
                "{\"capabilities\":{\"iotEdge\":\"true\"}}",
                "{\"capabilities\":{\"iotEdge\":1}}",
                "{\"capabilities\":true}",
                "{\"authentication\":\"sas\"}",
                "{\"authentication\":{\"symmetricKey\":\"x\"}}",
                "{\"status\":\"enabled\",\"status\":\"disabled\"}",
                "{'deviceId':'dev1'}",
                "{\"deviceId\":\"dev1\",}",
                "{\"x\":NaN}",
                "{\"x\":01}",
                "{\"x\":\"\u0001\"}"
            })
    void whatIsNotTheExpectedJsonIsRefused(String body) {
        FakeHub.Answer refused = put(body);
        assertThat(refused.error()).as(refused.text()).isIn(400006, 400005);
        assertThat(hub.call("GET", "/devices/dev1").send().status()).isEqualTo(404);
    }

    @Test
    void bombsAreRefused() {
        List<String> bombs = List.of(
                "[".repeat(100_000),
                "{\"x\":".repeat(10_000),
                "{\"x\":" + "[".repeat(40) + "]".repeat(40) + "}",
                "{\"x\":" + "9".repeat(200) + "}",
                "{\"" + "n".repeat(2000) + "\":1}",
                "{\"statusReason\":\"" + "x".repeat(300_000) + "\"}");
        for (String bomb : bombs) {
            assertThat(put(bomb).error()).as(bomb.substring(0, 20)).isEqualTo(400006);
        }
        StringBuilder wide = new StringBuilder("{\"deviceId\":\"dev1\"");
        for (int i = 0; i < 50_000; i++) {
            wide.append(",\"k").append(i).append("\":1e400");
        }
        assertThat(put(wide.append('}').toString()).status()).isEqualTo(200);
    }

    @Test
    void aBodyOfAnotherTypeIsRefused() {
        assertThat(hub.call("PUT", "/devices/dev1")
                        .body("{}")
                        .with("content-type", "application/x-www-form-urlencoded")
                        .send()
                        .error())
                .isEqualTo(415000);
        assertThat(hub.call("PUT", "/devices/dev1")
                        .body("{}")
                        .with("content-type", null)
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void noMutatedBodyMakesTheServerFail() {
        long seed = System.nanoTime();
        System.out.println("DeviceResourceTest seed " + seed);
        Random random = new Random(seed);
        String good =
                "{\"deviceId\":\"dev1\",\"status\":\"disabled\",\"statusReason\":\"x\",\"authentication\":{\"type\":\"sas\","
                        + "\"symmetricKey\":{\"primaryKey\":\"" + KEY1 + "\",\"secondaryKey\":\"" + KEY2 + "\"}},"
                        + "\"capabilities\":{\"iotEdge\":true},\"parentScopes\":[\"a\"]}";
        for (int round = 0; round < 5000; round++) {
            StringBuilder changed = new StringBuilder(good);
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(changed.length());
                switch (random.nextInt(3)) {
                    case 0 -> changed.setCharAt(at, "{}[]\",:0ntf\u0000\u20ac x".charAt(random.nextInt(15)));
                    case 1 -> changed.deleteCharAt(at);
                    default ->
                        changed.insert(at, changed.substring(at, Math.min(changed.length(), at + random.nextInt(9))));
                }
            }
            assertThat(update(changed.toString()).status())
                    .as("round %d of seed %d", round, seed)
                    .isIn(400, 404);
        }
    }
}
