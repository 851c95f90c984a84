package dev.holdfast.hub.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.hub.identity.Identity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ModuleResourceTest {
    private static final String MODULE = "/devices/dev1/modules/mod1";
    private static final String SHA1 = "0123456789ABCDEF0123456789ABCDEF01234567";

    private final FakeHub hub = new FakeHub();

    @BeforeEach
    void register() {
        hub.call("PUT", "/devices/dev1").body("{}").send();
    }

    private FakeHub.Answer put(String path, String json) {
        return hub.call("PUT", path).body(json).send();
    }

    private FakeHub.Answer replace(String etag, String json) {
        return hub.call("PUT", MODULE).with("if-match", etag).body(json).send();
    }

    @Test
    void a_module_is_written_with_every_member_that_clients_know() {
        FakeHub.Answer made = put(MODULE, "{\"deviceId\":\"dev1\",\"moduleId\":\"mod1\",\"managedBy\":\"IotEdge\"}");
        assertThat(made.status()).isEqualTo(201);
        JsonNode json = made.json();
        assertThat(json.propertyNames())
                .containsExactly(
                        "moduleId",
                        "managedBy",
                        "deviceId",
                        "generationId",
                        "etag",
                        "connectionState",
                        "connectionStateUpdatedTime",
                        "lastActivityTime",
                        "cloudToDeviceMessageCount",
                        "authentication");
        assertThat(json.get("moduleId").stringValue()).isEqualTo("mod1");
        assertThat(json.get("deviceId").stringValue()).isEqualTo("dev1");
        assertThat(json.get("managedBy").stringValue()).isEqualTo("IotEdge");
        assertThat(json.get("connectionState").stringValue()).isEqualTo("Disconnected");
        assertThat(json.at("/authentication/type").stringValue()).isEqualTo("sas");
        assertThat(json.at("/authentication/symmetricKey/primaryKey").stringValue())
                .hasSize(44);
        assertThat(made.header("ETag")).isEqualTo("\"" + json.get("etag").stringValue() + "\"");
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        FakeHub.Answer read = hub.call("GET", MODULE).send();
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.text()).isEqualTo(made.text());
    }

    @Test
    void without_if_match_it_is_made_and_with_it_replaced() {
        JsonNode made = put(MODULE, "{}").json();
        assertThat(put(MODULE, "{}").error()).isEqualTo(409301);
        FakeHub.Answer replaced = replace(
                "\"" + made.get("etag").stringValue() + "\"",
                "{\"authentication\":{\"x509Thumbprint\":{\"primaryThumbprint\":\"" + SHA1 + "\"}}}");
        assertThat(replaced.status()).isEqualTo(200);
        assertThat(replaced.json().at("/authentication/type").stringValue()).isEqualTo("selfSigned");
        assertThat(replaced.json().get("generationId")).isEqualTo(made.get("generationId"));
        assertThat(replace("\"" + made.get("etag").stringValue() + "\"", "{}").error())
                .isEqualTo(412001);
        assertThat(replace("*", "{}").status()).isEqualTo(200);
        assertThat(hub.call("DELETE", MODULE).with("if-match", "\"x\"").send().error())
                .isEqualTo(412001);
        assertThat(hub.call("DELETE", MODULE).with("if-match", "\"*\"").send().status())
                .isEqualTo(204);
        assertThat(replace("*", "{}").error()).isEqualTo(404010);
    }

    @Test
    void what_is_not_there_is_told_apart() {
        for (String method : List.of("GET", "DELETE")) {
            assertThat(hub.call(method, MODULE).send().error()).isEqualTo(404010);
            assertThat(hub.call(method, "/devices/nobody/modules/mod1").send().error())
                    .isEqualTo(404001);
        }
        assertThat(put("/devices/nobody/modules/mod1", "{}").error()).isEqualTo(404001);
        assertThat(hub.call("GET", "/devices/nobody/modules").send().error()).isEqualTo(404001);
        assertThat(hub.reports).as("everyday business").isEmpty();
    }

    @Test
    void the_modules_of_a_device_are_listed() {
        assertThat(hub.call("GET", "/devices/dev1/modules").send().text()).isEqualTo("[]");
        put("/devices/dev1/modules/b", "{}");
        put("/devices/dev1/modules/a", "{}");
        hub.call("PUT", "/devices/dev10").body("{}").send();
        put("/devices/dev10/modules/c", "{}");
        JsonNode all = hub.call("GET", "/devices/dev1/modules").send().json();
        assertThat(all.valueStream().map(each -> each.get("moduleId").stringValue()))
                .containsExactly("a", "b");
    }

    @Test
    void more_modules_than_a_device_may_have_are_refused() {
        for (int i = 0; i < 50; i++) {
            assertThat(put("/devices/dev1/modules/m" + i, "{}").status()).isEqualTo(201);
        }
        assertThat(put(MODULE, "{}").error()).isEqualTo(413003);
    }

    @Test
    void a_connected_module_is_said_to_be_and_its_device_is_not() {
        put(MODULE, "{}");
        hub.links.register(
                Identity.parse("dev1/mod1").orElseThrow(),
                _ -> {},
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        assertThat(hub.call("GET", MODULE).send().json().get("connectionState").stringValue())
                .isEqualTo("Connected");
        assertThat(hub.call("GET", "/devices/dev1")
                        .send()
                        .json()
                        .get("connectionState")
                        .stringValue())
                .isEqualTo("Disconnected");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"moduleId\":\"other\"}",
                "{\"deviceId\":\"other\"}",
                "{\"authentication\":{\"type\":\"selfSigned\"}}",
                "{\"authentication\":{\"type\":\"password\"}}"
            })
    void a_body_that_can_not_be_meant_is_refused(String json) {
        assertThat(put(MODULE, json).error()).isEqualTo(400004);
        assertThat(hub.call("GET", MODULE).send().error()).isEqualTo(404010);
    }

    @Test
    void an_id_that_no_module_has_is_refused() {
        assertThat(put("/devices/dev1/modules/a b", "{}").error()).isEqualTo(400004);
        assertThat(put("/devices/dev1/modules/" + "x".repeat(129), "{}").error())
                .isEqualTo(400004);
        assertThat(put("/devices/dev1/modules/a#+$?b", "{}").status()).isEqualTo(201);
    }
}
