package dev.holdfast.hub.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class KeysResourceTest {
    private final FakeHub hub = new FakeHub();

    private FakeHub.Answer post(String path, String json) {
        return hub.call("POST", path).body(json.replace('\'', '"')).send();
    }

    private JsonNode keys(String device) {
        return hub.call("GET", "/devices/" + device)
                .send()
                .json()
                .path("authentication")
                .path("symmetricKey");
    }

    @ParameterizedTest
    @CsvSource({"primaryKey, true, false", "SecondaryKey, false, true", "both, true, true"})
    void the_named_keys_are_new_and_are_returned(String which, boolean primary, boolean secondary) {
        post("/devices", "[{'id':'a','importMode':'create'},{'id':'b','importMode':'create'}]");
        JsonNode before = keys("a");
        FakeHub.Answer answer =
                post("/devices/keys/regenerate", "{'policyKey':'" + which + "','devices':[{'id':'a'},{'id':'b'}]}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("policyKey").asString()).isEqualTo(which);
        assertThat(answer.json().path("errors").size()).isZero();
        assertThat(answer.json().path("rotatedKeys").size()).isEqualTo(2);
        JsonNode after = answer.json().path("rotatedKeys").get(0);
        assertThat(after.path("id").asString()).isEqualTo("a");
        assertThat(keys("a").path("primaryKey")).isEqualTo(after.path("primaryKey"));
        assertThat(keys("a").path("secondaryKey")).isEqualTo(after.path("secondaryKey"));
        assertThat(after.path("primaryKey").equals(before.path("primaryKey"))).isEqualTo(!primary);
        assertThat(after.path("secondaryKey").equals(before.path("secondaryKey")))
                .isEqualTo(!secondary);
    }

    @Test
    void what_fails_is_said_of_each_and_the_rest_is_done() {
        post(
                "/devices",
                "[{'id':'a','importMode':'create','status':'disabled','statusReason':'lost'},"
                        + "{'id':'x509','importMode':'create','authentication':{'type':'certificateAuthority'}}]");
        String etag = hub.call("GET", "/devices/a").send().json().path("etag").asString();
        FakeHub.Answer mixed = post(
                "/devices/keys/regenerate",
                "{'policyKey':'both','devices':[{'id':'a'},{'id':'a'},{'id':'nobody'},{'id':'x509'},null,{},"
                        + "{'id':'a','moduleId':'m'},{'id':'with space'}]}");
        assertThat(mixed.status()).isEqualTo(207);
        assertThat(mixed.json()
                        .path("errors")
                        .valueStream()
                        .map(error -> error.path("id").asString("") + " "
                                + error.path("errorCode").asString())
                        .toList())
                .containsExactlyInAnyOrder(
                        "a DeviceDefinedMultipleTimes",
                        "nobody DeviceNotFound",
                        "x509 InvalidOperation",
                        " ArgumentNull",
                        " ArgumentNull",
                        "a ModuleNotFound",
                        "with space ArgumentInvalid");
        JsonNode device = hub.call("GET", "/devices/a").send().json();
        assertThat(device.path("status").asString()).as("nothing but the keys").isEqualTo("disabled");
        assertThat(device.path("statusReason").asString()).isEqualTo("lost");
        assertThat(device.path("etag").asString()).isNotEqualTo(etag);
    }

    @Test
    void modules_get_keys_of_their_own() {
        post("/devices", "[{'id':'a','importMode':'create'},{'id':'a','moduleId':'m','importMode':'create'}]");
        JsonNode before = keys("a");
        FakeHub.Answer answer =
                post("/devices/keys/regenerate", "{'policyKey':'both','devices':[{'id':'a','moduleId':'m'}]}");
        assertThat(answer.status()).isEqualTo(200);
        JsonNode renewed = answer.json().path("rotatedKeys").get(0);
        assertThat(renewed.path("moduleId").asString()).isEqualTo("m");
        JsonNode module = hub.call("GET", "/devices/a/modules/m").send().json();
        assertThat(module.path("authentication").path("symmetricKey").path("primaryKey"))
                .isEqualTo(renewed.path("primaryKey"));
        assertThat(keys("a")).as("those of the device stay").isEqualTo(before);
    }

    @Test
    void when_none_is_done_the_status_is_400() {
        FakeHub.Answer none = post("/devices/keys/regenerate", "{'policyKey':'both','devices':[{'id':'nobody'}]}");
        assertThat(none.status()).isEqualTo(400);
        assertThat(none.json().path("rotatedKeys").size()).isZero();
        assertThat(none.json().path("errors").size()).isOne();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'policyKey':'swap','devices':[{'id':'a'}]}",
                "{'devices':[{'id':'a'}]}",
                "{'policyKey':'both','devices':[]}",
                "{'policyKey':'both'}",
                "[]",
                "null",
            })
    void what_can_not_be_meant_is_refused_as_a_whole(String body) {
        FakeHub.Answer answer = post("/devices/keys/regenerate", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error() / 1000).isEqualTo(400);
    }

    @Test
    void one_call_takes_a_hundred() {
        String devices =
                IntStream.range(0, 101).mapToObj(i -> "{'id':'d" + i + "'}").collect(Collectors.joining(","));
        FakeHub.Answer answer = post("/devices/keys/regenerate", "{'policyKey':'both','devices':[" + devices + "]}");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.error()).isEqualTo(413002);
    }
}
