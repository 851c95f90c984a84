package dev.holdfast.hub.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class BulkResourceTest {
    private final FakeHub hub = new FakeHub();

    private FakeHub.Answer post(String json) {
        return hub.call("POST", "/devices").body(json.replace('\'', '"')).send();
    }

    private static String errors(JsonNode result) {
        return result.get("errors")
                .valueStream()
                .map(error -> error.get("deviceId").stringValue() + " "
                        + error.get("errorCode").stringValue())
                .collect(Collectors.joining(", "));
    }

    private String etag(String device) {
        return hub.call("GET", "/devices/" + device).send().json().get("etag").stringValue();
    }

    @Test
    void devicesAreMadeChangedAndDeletedTogether() {
        FakeHub.Answer made =
                post("[{'id':'a','importMode':'create'},{'id':'b','importMode':'Create','status':'disabled'}]");
        assertThat(made.status()).isEqualTo(200);
        assertThat(made.text()).isEqualTo("{\"isSuccessful\":true,\"errors\":[],\"warnings\":[]}");
        assertThat(post("[{'id':'a','importMode':'Update','status':'disabled'},{'id':'b','importMode':'delete'}]")
                        .status())
                .isEqualTo(200);
        assertThat(hub.call("GET", "/devices/a").send().json().get("status").stringValue())
                .isEqualTo("disabled");
        assertThat(hub.call("GET", "/devices/b").send().status()).isEqualTo(404);
    }

    @Test
    void whatFailsIsSaidOfEachAndTheRestIsDone() {
        post("[{'id':'a','importMode':'create'}]");
        FakeHub.Answer mixed = post("[{'id':'a','importMode':'create'},{'id':'b','importMode':'create'},"
                + "{'id':'c','importMode':'update'},{'id':'d','importMode':'deleteIfMatchETag','eTag':'x'},"
                + "{'id':'e','importMode':'explode'},{'id':'f'},{'importMode':'create'},null,"
                + "{'id':'b','importMode':'delete'},{'id':'g','importMode':'updateTwin'},"
                + "{'id':'h','moduleId':'m','importMode':'create'},{'id':'i','importMode':'updateIfMatchETag'},"
                + "{'id':'j','importMode':'create','authentication':{'type':'selfSigned'}}]");
        assertThat(mixed.status()).isEqualTo(400);
        assertThat(mixed.json().get("isSuccessful").booleanValue()).isFalse();
        assertThat(errors(mixed.json()).split(", "))
                .containsExactlyInAnyOrder(
                        "a DeviceAlreadyExists",
                        "c DeviceNotFound",
                        "d DeviceNotFound",
                        "e ArgumentInvalid",
                        "f ArgumentInvalid",
                        " ArgumentInvalid",
                        " ArgumentNull",
                        "b DeviceDefinedMultipleTimes",
                        "g DeviceNotFound",
                        "h DeviceNotFound",
                        "i ArgumentNull",
                        "j ArgumentInvalid");
        assertThat(hub.call("GET", "/devices/b").send().status()).isEqualTo(200);
    }

    @Test
    void eachCarriesItsOwnCondition() {
        post("[{'id':'a','importMode':'create'},{'id':'b','importMode':'create'}]");
        String old = etag("a");
        // The Node client spells the member etag, the description eTag.
        assertThat(post("[{'id':'a','importMode':'UpdateIfMatchETag','etag':'" + old + "'}]")
                        .status())
                .isEqualTo(200);
        FakeHub.Answer stale = post("[{'id':'a','importMode':'updateIfMatchETag','eTag':'" + old + "'},"
                + "{'id':'b','importMode':'DeleteIfMatchETag','eTag':'*'}]");
        assertThat(errors(stale.json())).isEqualTo("a PreconditionFailed");
        assertThat(hub.call("GET", "/devices/b").send().status()).isEqualTo(404);
    }

    @Test
    void modulesAreMadeChangedAndDeletedBesideTheirDevices() {
        FakeHub.Answer made = post("[{'id':'a','moduleId':'m1','importMode':'create','managedBy':'IotEdge'},"
                + "{'id':'a','moduleId':'m2','importMode':'create'},{'id':'a','importMode':'create'},"
                + "{'id':'a','moduleId':'','importMode':'create'}]");
        assertThat(errors(made.json())).isEqualTo("a DeviceDefinedMultipleTimes");
        JsonNode modules = hub.call("GET", "/devices/a/modules").send().json();
        assertThat(modules).hasSize(2);
        assertThat(modules.get(0).path("managedBy").stringValue()).isEqualTo("IotEdge");
        FakeHub.Answer mixed = post("[{'id':'a','moduleId':'m1','importMode':'delete'},"
                + "{'id':'a','moduleId':'m2','importMode':'create'},{'id':'a','moduleId':'m3','importMode':'update'},"
                + "{'id':'a','moduleId':'m 4','importMode':'create'},"
                + "{'id':'a','moduleId':'m5','importMode':'deleteIfMatchETag','eTag':'x'}]");
        assertThat(mixed.json()
                        .get("errors")
                        .valueStream()
                        .map(error -> error.get("moduleId").stringValue() + " "
                                + error.get("errorCode").stringValue())
                        .toList())
                .containsExactlyInAnyOrder(
                        "m2 ModuleAlreadyExistsOnDevice",
                        "m3 ModuleNotFound",
                        "m 4 ArgumentInvalid",
                        "m5 ModuleNotFound");
        assertThat(hub.call("GET", "/devices/a/modules").send().json()).hasSize(1);
    }

    @Test
    void aTwinBeginsWithItsDevice() {
        FakeHub.Answer made = post(
                "[{'id':'a','importMode':'create','tags':{'x':[1,{'y':2}]},"
                        + "'properties':{'desired':{'z':1},'reported':{'mine':1}}},{'id':'b','importMode':'create','tags':null}]");
        assertThat(made.text()).isEqualTo("{\"isSuccessful\":true,\"errors\":[],\"warnings\":[]}");
        JsonNode twin = twin("a");
        assertThat(twin.get("tags").toString()).isEqualTo("{\"x\":[1,{\"y\":2}]}");
        assertThat(twin.get("version").intValue()).isEqualTo(1);
        JsonNode desired = twin.get("properties").get("desired");
        assertThat(desired.get("z").intValue()).isEqualTo(1);
        assertThat(desired.get("$version").intValue()).isEqualTo(1);
        assertThat(twin.get("properties").get("reported").has("mine")).isFalse();
        assertThat(twin("b").get("tags")).isEmpty();
    }

    @Test
    void aTwinThatCantBeKeepsItsDeviceFromBeingMade() {
        FakeHub.Answer made = post("[{'id':'a','importMode':'create','tags':{'x.y':1}},"
                + "{'id':'b','importMode':'create','properties':{'desired':7}},{'id':'c','importMode':'create'}]");
        assertThat(made.status()).isEqualTo(400);
        assertThat(errors(made.json())).isEqualTo("a ArgumentInvalid, b IotHubFormatError");
        assertThat(hub.call("GET", "/devices/a").send().status()).isEqualTo(404);
        assertThat(hub.call("GET", "/devices/c").send().status()).isEqualTo(200);
    }

    @Test
    void twinsAreChangedTogether() {
        post("[{'id':'a','importMode':'create','tags':{'x':1,'y':2}},{'id':'b','importMode':'create'}]");
        String etag = twin("a").get("etag").stringValue();
        FakeHub.Answer changed = post("[{'id':'a','importMode':'updateTwin','tags':{'x':null,'z':3}},"
                + "{'id':'b','importMode':'updateTwinIfMatchETag','twinETag':'stale','tags':{'x':1}},"
                + "{'id':'c','importMode':'UpdateTwin','tags':{}},{'id':'d','importMode':'updateTwinIfMatchETag'}]");
        assertThat(errors(changed.json()).split(", "))
                .containsExactlyInAnyOrder("b PreconditionFailed", "c DeviceNotFound", "d ArgumentNull");
        assertThat(twin("a").get("tags").toString()).isEqualTo("{\"y\":2,\"z\":3}");
        assertThat(errors(post("[{'id':'a','importMode':'updateTwinIfMatchETag','twinETag':'" + etag + "'}]")
                        .json()))
                .isEqualTo("a PreconditionFailed");
        post("[{'id':'a','importMode':'update','tags':{'only':1}}]");
        assertThat(twin("a").get("tags").toString()).isEqualTo("{\"only\":1}");
    }

    private JsonNode twin(String device) {
        return hub.call("GET", "/twins/" + device).send().json();
    }

    @Test
    void aCallIsBounded() {
        assertThat(post("[]").error()).isEqualTo(400004);
        assertThat(post("{}").error()).isEqualTo(400006);
        String most = IntStream.range(0, 100)
                .mapToObj(i -> "{'id':'d" + i + "','importMode':'create'}")
                .collect(Collectors.joining(",", "[", "]"));
        assertThat(post(most).status()).isEqualTo(200);
        assertThat(hub.call("GET", "/devices").send().json()).hasSize(100);
        String more = most.replace("create", "update").replace("]", ",{'id':'x','importMode':'create'}]");
        assertThat(post(more).error()).isEqualTo(413002);
        assertThat(hub.call("GET", "/devices/x").send().status()).isEqualTo(404);
    }
}
