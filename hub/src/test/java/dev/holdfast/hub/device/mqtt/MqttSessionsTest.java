package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.identity.Identity;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MqttSessionsTest {
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final Map<String, Integer> TWO =
            Map.of("$iothub/twin/res/#", 0, "devices/dev1/messages/devicebound/#", 1);

    private final MemoryTable table = new MemoryTable();
    private final MqttSessions sessions = new MqttSessions(table, new HubName("hub1"));

    @Test
    void subscriptionsComeBack() {
        assertThat(sessions.resume(DEV1, "g1")).isEqualTo(new MqttSessions.Opened(false, Map.of()));
        sessions.save(DEV1, "g1", TWO, () -> true);
        assertThat(sessions.resume(DEV1, "g1")).isEqualTo(new MqttSessions.Opened(true, TWO));
        assertThat(new MqttSessions(table, new HubName("hub2"))
                        .resume(DEV1, "g1")
                        .present())
                .isFalse();
    }

    @Test
    void anotherGenerationInheritsNothingAndLeavesNothing() {
        sessions.save(DEV1, "g1", TWO, () -> true);
        assertThat(sessions.resume(DEV1, "g2")).isEqualTo(new MqttSessions.Opened(false, Map.of()));
        assertThat(sessions.resume(DEV1, "g1").present()).isFalse();
    }

    @Test
    void whoWasSupersededBringsNothingBack() {
        sessions.resume(DEV1, "g1");
        sessions.wipe(DEV1);
        sessions.save(DEV1, "g1", TWO, () -> false);
        assertThat(sessions.resume(DEV1, "g1").present()).isFalse();
    }

    @Test
    void wipingWhatIsNotThereWritesNothing() {
        sessions.wipe(DEV1);
        assertThat(table.writes()).isZero();
    }
}
