package dev.holdfast.hub.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final HubName HUB = new HubName("plant-7");
    private static final DeviceId DEVICE = new DeviceId("dev1");

    private final Map<Operation, Rate> rates = new EnumMap<>(Operation.class);
    private final AtomicLong now = new AtomicLong();
    private final Gate gate = new Gate(HUB, operation -> rates.getOrDefault(operation, Rate.OFF), now::get);

    private void set(Operation operation, String rate) {
        rates.put(operation, Rate.parse(rate).orElseThrow());
    }

    @Test
    void what_has_no_throttle_passes() {
        set(Operation.TWIN_READ, "1/minute");
        for (int i = 0; i < 10_000; i++) {
            assertThat(gate.pass(Operation.TWIN_WRITE, DEVICE, 1)).isNull();
        }
    }

    @Test
    void each_operation_has_a_bucket_of_its_own_for_all_devices() {
        set(Operation.TWIN_READ, "1/minute");
        set(Operation.TWIN_WRITE, "1/minute");
        assertThat(gate.pass(Operation.TWIN_READ, DEVICE, 1)).isNull();
        assertThat(gate.pass(Operation.TWIN_WRITE, DEVICE, 1)).isNull();
        assertThat(gate.pass(Operation.TWIN_READ, new DeviceId("dev2"), 1)).isNotNull();
    }

    @Test
    void a_refusal_names_the_limit_the_time_and_what_to_change() {
        set(Operation.TWIN_READ, "2/minute:1");
        assertThat(gate.pass(Operation.TWIN_READ, DEVICE, 1)).isNull();
        now.addAndGet(Duration.ofMillis(500).toNanos());
        GateRefusal why = gate.pass(Operation.TWIN_READ, DEVICE, 1);
        assertThat(why)
                .isEqualTo(new GateRefusal.Throttled(
                        HUB, Operation.TWIN_READ, new Rate(2, Rate.Unit.MINUTE, 1), Duration.ofMillis(29_500)));
        assertThat(Objects.requireNonNull(why).explain())
                .contains("twin reads", "'plant-7'", "2 a minute, 1 at once", "Wait 30 s")
                .contains("'holdfast hub set plant-7 --throttle twin-read=RATE'", "throttles.twinRead");
        assertThat(gate.throttled()).containsEntry(Operation.TWIN_READ, 1L).containsEntry(Operation.METHOD, 0L);
    }

    @Test
    void retry_after_is_in_whole_seconds_and_at_least_one() {
        assertThat(after(Duration.ofNanos(1))).isEqualTo(1);
        assertThat(after(Duration.ofSeconds(1))).isEqualTo(1);
        assertThat(after(Duration.ofSeconds(1).plusNanos(1))).isEqualTo(2);
        assertThat(after(Duration.ofMinutes(1))).isEqualTo(60);
    }

    private static long after(Duration time) {
        return new GateRefusal.Throttled(HUB, Operation.METHOD, Rate.OFF, time)
                .retryAfterSeconds()
                .orElseThrow();
    }

    @Test
    void a_rate_that_is_changed_holds_at_once() {
        set(Operation.METHOD, "1/minute");
        assertThat(gate.pass(Operation.METHOD, DEVICE, 1)).isNull();
        assertThat(gate.pass(Operation.METHOD, DEVICE, 1)).isNotNull();
        set(Operation.METHOD, "5/minute");
        for (int i = 0; i < 5; i++) {
            assertThat(gate.pass(Operation.METHOD, DEVICE, 1)).isNull();
        }
        assertThat(gate.pass(Operation.METHOD, DEVICE, 1)).isNotNull();
        set(Operation.METHOD, "off");
        assertThat(gate.pass(Operation.METHOD, DEVICE, 1)).isNull();
    }

    @Test
    void who_can_wait_is_told_how_long() {
        set(Operation.TELEMETRY, "1/second");
        Duration patience = Duration.ofSeconds(1);
        assertThat(gate.ask(Operation.TELEMETRY, DEVICE, 1, patience)).isEqualTo(new Passage.Now());
        assertThat(gate.ask(Operation.TELEMETRY, DEVICE, 1, patience)).isEqualTo(new Passage.Later(patience));
        assertThat(gate.ask(Operation.TELEMETRY, DEVICE, 1, patience)).isInstanceOf(Passage.No.class);
    }
}
