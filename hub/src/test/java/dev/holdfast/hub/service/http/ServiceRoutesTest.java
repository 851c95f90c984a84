package dev.holdfast.hub.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.AccessRight;
import dev.holdfast.hub.identity.SharedAccessPolicy;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.throttle.Rate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Made from the table itself: whatever is added to it is denied to everybody until its right is proved here. */
class ServiceRoutesTest {
    private static final ServiceRoutes ROUTES =
            new ServiceRoutes(Limits.defaults().registry());

    private final FakeHub hub = new FakeHub();

    static Stream<ServiceRoute> routes() {
        return ROUTES.all().stream();
    }

    private static String path(ServiceRoute route) {
        return route.path().replaceAll("\\{[a-z]+}", "dev1");
    }

    @ParameterizedTest
    @MethodSource("routes")
    void nobodyComesInWithoutAToken(ServiceRoute route) {
        for (String authorization : List.of("", "Bearer abc", "Basic YTpi", "SharedAccessSignature ")) {
            FakeHub.Answer answer = hub.bare(route.method(), path(route))
                    .query("api-version", FakeHub.VERSION)
                    .with("authorization", authorization.isEmpty() ? null : authorization)
                    .body("{}")
                    .send();
            assertThat(answer.status()).as(authorization).isEqualTo(401);
            assertThat(answer.error()).isEqualTo(401002);
        }
        assertThat(hub.reports).hasSize(4);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void everySetOfRightsOpensWhatItNamesAndNothingElse(ServiceRoute route) {
        for (SharedAccessPolicy policy : hub.hub.settings().get().policies()) {
            FakeHub.Answer answer = hub.call(route.method(), path(route))
                    .with("authorization", hub.token(policy.name()))
                    .body("{}")
                    .send();
            assertThat(answer.status() == 401)
                    .as("%s %s with %s: %s", route.method(), route.path(), policy.name(), answer.text())
                    .isEqualTo(!policy.allows(route.right()));
        }
    }

    @ParameterizedTest
    @MethodSource("routes")
    void theMethodThatIsMeantIsTheOneThatNeedsTheRight(ServiceRoute route) {
        FakeHub.Answer answer = hub.call("POST", path(route))
                .with("x-http-method-override", route.method())
                .with("authorization", hub.token("device"))
                .send();
        assertThat(answer.status()).isIn(400, 401);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void everyEntryNeedsAVersion(ServiceRoute route) {
        FakeHub.Answer answer = hub.call(route.method(), path(route))
                .query("api-version", null)
                .body("{}")
                .send();
        assertThat(answer.error()).isEqualTo(400001);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void whatIsNotServedYetSaysSo(ServiceRoute route) {
        FakeHub.Answer answer = hub.call(route.method(), path(route)).body("{}").send();
        switch (route.answer()) {
            case ServiceRoute.Answer.By _ -> assertThat(answer.status()).isNotEqualTo(501);
            case ServiceRoute.Answer.NotServedYet(var what) -> {
                assertThat(answer.error()).isEqualTo(501000);
                assertThat(answer.header("iothub-errorcode")).isEqualTo("FeatureNotSupported");
                assertThat(answer.text()).contains(what + " are not served by this release of Holdfast yet");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("routes")
    void theTableIsClaimedForTheHostsOfTheHub(ServiceRoute route) {
        for (String host : List.of("hub1.hub.test", "hub1.service.hub.test", "localhost", "127.0.0.1")) {
            assertThat(hub.api.claims(hub.bare("GET", path(route)).to(host).request()))
                    .as(host)
                    .isTrue();
        }
        for (String host : List.of("hub2.hub.test", "hub.test", "evil.test", "hub1.hub.test.evil.test")) {
            assertThat(hub.api.claims(hub.bare("GET", path(route)).to(host).request()))
                    .as(host)
                    .isFalse();
        }
    }

    /** Every operation of the published description, and what a caller of the wrong method is told. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/configurations GET",
                "/configurations/x GET PUT DELETE",
                "/configurations/testQueries POST GET PUT DELETE",
                "/statistics/devices GET",
                "/statistics/service GET",
                "/devices GET POST",
                "/devices/query POST GET PUT DELETE",
                "/devices/x GET PUT DELETE",
                "/devices/x/applyConfigurationContent POST",
                "/jobs/create POST GET DELETE",
                "/jobs GET",
                "/jobs/x GET DELETE",
                "/devices/x/commands DELETE",
                "/twins/x GET PUT PATCH",
                "/twins/x/modules/y GET PUT PATCH",
                "/digitaltwins/x GET PATCH",
                "/digitaltwins/x/commands/y POST",
                "/digitaltwins/x/components/y/commands/z POST",
                "/messages/serviceBound/feedback GET",
                "/messages/servicebound/feedback/x DELETE",
                "/messages/serviceBound/feedback/x/abandon POST",
                "/jobs/v2/x GET PUT",
                "/jobs/v2/x/cancel POST",
                "/jobs/v2/query GET PUT",
                "/devices/x/modules GET",
                "/devices/x/modules/y GET PUT DELETE",
                "/twins/x/methods POST",
                "/twins/x/modules/y/methods POST",
                "/devices/keys/regenerate POST"
            })
    void theTableHasEveryPublishedOperation(String line) {
        List<String> words = List.of(line.split(" "));
        List<String> path = List.of(words.getFirst().substring(1).split("/"));
        assertThat(ROUTES.of(path).stream().map(ServiceRoute::method).distinct())
                .containsExactlyInAnyOrderElementsOf(words.subList(1, words.size()));
        FakeHub.Answer wrong = hub.call("OPTIONS", words.getFirst()).send();
        assertThat(wrong.error()).isEqualTo(405000);
        assertThat(wrong.header("Allow").split(", "))
                .containsExactlyInAnyOrderElementsOf(words.subList(1, words.size()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/devices/x/y", "/twins", "/twins/x/y/z", "/statistics", "/jobs/v2/x/y", "/devices/x/modules/y/z"
            })
    void whatIsNotInTheTableDoesNotExist(String path) {
        assertThat(hub.bare("GET", path).send().status()).isEqualTo(401);
        FakeHub.Answer answer = hub.call("GET", path).query("api-version", null).send();
        assertThat(answer.error()).isEqualTo(404000);
        assertThat(hub.call("GET", path)
                        .with("authorization", hub.token("device"))
                        .send()
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/holdfast/v1/hubs",
                "/.well-known/holdfast/ca.pem",
                "/$iothub/websocket",
                "/index.html",
                "/devices/d/messages/events",
                "/devices/d/messages/deviceBound",
                "/devices/d/files",
                "/devices/d/files/notifications"
            })
    void otherFacesKeepTheirPaths(String path) {
        assertThat(hub.api.claims(hub.bare("GET", path).request())).isFalse();
    }

    @Test
    void aMethodMayBeOverriddenInAPostOnly() {
        assertThat(hub.call("POST", "/twins/d")
                        .with("x-http-method-override", "PATCH")
                        .body("{}")
                        .send()
                        .error())
                .isEqualTo(404001);
        assertThat(hub.call("POST", "/devices/d")
                        .with("x-http-method-override", "delete")
                        .send()
                        .error())
                .isEqualTo(404001);
        assertThat(hub.call("GET", "/devices/d")
                        .with("x-http-method-override", "DELETE")
                        .send()
                        .error())
                .isEqualTo(404001);
        assertThat(hub.call("POST", "/devices/d")
                        .with("x-http-method-override", "TRACE")
                        .send()
                        .error())
                .isEqualTo(400004);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2016-11-14", "2021-04-12", "2024-03-31", "2025-08-01-preview", "2031-12-31"})
    void anyPlausibleVersionWillDo(String version) {
        assertThat(hub.call("GET", "/devices")
                        .query("api-version", version)
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "latest", "1", "2021-4-12", "2021-99-12", "2021-04-12'--", "1999-01-01"})
    void anImplausibleVersionIsRefused(String version) {
        assertThat(hub.call("GET", "/devices")
                        .query("api-version", version)
                        .send()
                        .error())
                .isEqualTo(400001);
    }

    /** Of identities, which are the routes that need a right of the registry. */
    @ParameterizedTest
    @MethodSource("routes")
    void everyUseOfTheRegistryIsHeldToItsThrottle(ServiceRoute route) {
        boolean registry = route.right() == AccessRight.REGISTRY_READ || route.right() == AccessRight.REGISTRY_WRITE;
        if (!registry || !(route.answer() instanceof ServiceRoute.Answer.By)) {
            return;
        }
        Rate one = new Rate(1, Rate.Unit.MINUTE, 1);
        FakeHub throttled = new FakeHub(
                new Gate(new HubName("hub1"), operation -> operation == Operation.REGISTRY ? one : Rate.OFF, () -> 0));
        assertThat(throttled.hub.registry().admit(null, 1)).isNull();
        String body = switch (route.method() + " " + route.path()) {
            case "POST /devices" -> "[{\"id\":\"dev1\",\"importMode\":\"create\"}]";
            case "POST /devices/keys/regenerate" -> "{\"policyKey\":\"primaryKey\",\"devices\":[{\"id\":\"dev1\"}]}";
            default -> "{}";
        };

        FakeHub.Answer answer =
                throttled.call(route.method(), path(route)).body(body).send();

        assertThat(answer.status()).as(answer.text()).isEqualTo(429);
        assertThat(answer.text()).contains("registry");
    }
}
