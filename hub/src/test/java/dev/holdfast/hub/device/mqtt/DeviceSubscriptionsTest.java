package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.identity.AuthenticationMethod;
import dev.holdfast.hub.identity.CertificateProof;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.wire.mqtt.Grant;
import dev.holdfast.wire.mqtt.MqttSubscription;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeviceSubscriptionsTest {
    private static final Identity MOD1 = new Identity(new DeviceId("dev1"), new ModuleId("mod1"));
    private static final DeviceAuthentication.Accepted OWNER = new DeviceAuthentication.Accepted(
            MOD1, "g1", new AuthenticationMethod("module", "sas", "iothub"), null, CertificateProof.NONE);
    private static final String ROOT = "devices/dev1/modules/mod1/";
    private static final String TWIN = "$iothub/twin/res/#";
    private static final String DESIRED = "$iothub/twin/PATCH/properties/desired/#";

    private final MqttSessions sessions = new MqttSessions(new MemoryTable(), new HubName("hub1"));
    private boolean ended;

    private DeviceSubscriptions open(@Nullable MqttSessions kept, Map<String, Integer> current) {
        return new DeviceSubscriptions(OWNER, Limits.defaults().mqtt(), kept, current, () -> ended);
    }

    private static Grant one(DeviceSubscriptions subscriptions, String filter, int qos) {
        return subscriptions
                .subscribe(List.of(new MqttSubscription(filter, qos)))
                .getFirst();
    }

    @Test
    void aSessionHasFiveFilters() {
        assertThat(Limits.defaults().mqtt().subscriptionsMax()).isEqualTo(5);
        DeviceSubscriptions subscriptions = open(null, Map.of());
        for (String filter : List.of(
                ROOT + "#", ROOT + "inputs/#", ROOT + "messages/devicebound/#", "$iothub/methods/POST/#", TWIN)) {
            assertThat(one(subscriptions, filter, 1)).as(filter).isEqualTo(Grant.AT_LEAST_ONCE);
        }
        assertThat(one(subscriptions, DESIRED, 1)).as("the sixth").isEqualTo(Grant.REFUSED);
        assertThat(one(subscriptions, TWIN, 0)).as("one of the five, again").isEqualTo(Grant.AT_MOST_ONCE);
        subscriptions.unsubscribe(List.of(ROOT + "#", "never/subscribed"));
        assertThat(one(subscriptions, DESIRED, 0)).as("there is room again").isEqualTo(Grant.AT_MOST_ONCE);
    }

    @Test
    void qos2IsGrantedAsQos1() {
        assertThat(one(open(null, Map.of()), TWIN, 2)).isEqualTo(Grant.AT_LEAST_ONCE);
    }

    @Test
    void whatIsRefusedCountsForNothing() {
        DeviceSubscriptions subscriptions = open(null, Map.of());
        List<MqttSubscription> asked = List.of(
                new MqttSubscription("#", 1),
                new MqttSubscription("devices/dev2/modules/mod1/#", 1),
                new MqttSubscription("a", 1),
                new MqttSubscription("b", 1),
                new MqttSubscription("c", 1),
                new MqttSubscription(TWIN, 1));
        assertThat(subscriptions.subscribe(asked))
                .containsExactly(
                        Grant.REFUSED, Grant.REFUSED, Grant.REFUSED, Grant.REFUSED, Grant.REFUSED, Grant.AT_LEAST_ONCE);
    }

    @Test
    void aKeptSessionTakesUpWhereItWas() {
        DeviceSubscriptions first = open(sessions, sessions.resume(MOD1, "g1").subscriptions());
        one(first, TWIN, 1);
        one(first, DESIRED, 0);
        first.unsubscribe(List.of(TWIN));
        assertThat(sessions.resume(MOD1, "g1")).isEqualTo(new MqttSessions.Opened(true, Map.of(DESIRED, 0)));
    }

    @Test
    void aSupersededConnectionBringsNothingBack() {
        DeviceSubscriptions older = open(sessions, sessions.resume(MOD1, "g1").subscriptions());
        ended = true;
        sessions.wipe(MOD1);
        one(older, TWIN, 1);
        assertThat(sessions.resume(MOD1, "g1").present()).isFalse();
    }
}
