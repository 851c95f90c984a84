package dev.holdfast.hub.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.MemoryLog;
import dev.holdfast.hub.fault.FaultOrders;
import dev.holdfast.hub.identity.AuthenticationMethod;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.throttle.Rate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Telemetry that comes faster than its throttle lets pass. */
class ThrottledIntakeTest {
    private static final Limits.Telemetry LIMITS = Limits.defaults().telemetry();
    private static final Stamp STAMP = new Stamp(
            Identity.of(new DeviceId("dev1")), "g", new AuthenticationMethod("device", "sas", "iothub"), null);

    private record Delayed(Duration after, Runnable work) {}

    private final MemoryLog log = new MemoryLog(1);
    private final AtomicReference<Rate> rate = new AtomicReference<>(rate("1/second"));
    private final Gate gate = new Gate(
            new HubName("hub1"), operation -> operation == Operation.TELEMETRY ? rate.get() : Rate.OFF, () -> 0);
    private final List<Delayed> delayed = new ArrayList<>();
    private final Intake intake =
            new Intake(log, LIMITS, FaultOrders.none(), gate, (after, work) -> delayed.add(new Delayed(after, work)));
    private final List<TelemetryResult> results = new ArrayList<>();

    private static Rate rate(String text) {
        return Rate.parse(text).orElseThrow();
    }

    private static TelemetryMessage body(int... bytes) {
        byte[] body = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            body[i] = (byte) bytes[i];
        }
        return new TelemetryMessage(body, Map.of(), Map.of());
    }

    private static SendTelemetry message(int... bytes) {
        return new SendTelemetry(STAMP, body(bytes));
    }

    private long stored() {
        return log.extent(0).next();
    }

    private static void isThrottled(TelemetryResult result) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        TelemetryResult.Refused.class,
                        refused -> assertThat(refused.refusal().reason()).isEqualTo("Throttled"));
    }

    @Test
    void is_refused_where_that_can_be_said() {
        assertThat(intake.take(message(1), results::add)).isTrue();
        assertThat(intake.take(message(2), results::add)).isTrue();
        assertThat(results.getFirst()).isInstanceOf(TelemetryResult.Stored.class);
        isThrottled(results.getLast());
        assertThat(stored()).isOne();
        assertThat(intake.counts().refused()).containsEntry("Throttled", new Intake.Refused(1, 1));
    }

    @Test
    void waits_where_it_can_not_and_is_answered_when_it_is_stored() {
        assertThat(intake.takeInTime(message(1), results::add)).isTrue();
        assertThat(intake.takeInTime(message(2), results::add))
                .as("nothing more is read from the sender")
                .isFalse();
        assertThat(intake.takeInTime(message(3), results::add)).isFalse();
        assertThat(results).hasSize(1);
        assertThat(stored()).isOne();
        assertThat(delayed.stream().map(Delayed::after)).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));

        delayed.forEach(each -> each.work().run());

        assertThat(results).hasSize(3).allMatch(TelemetryResult.Stored.class::isInstance);
        assertThat(log.read(0, 0, 10_000).stream()
                        .map(entry -> StoredMessage.of(entry).message().body()[0]))
                .containsExactly((byte) 1, (byte) 2, (byte) 3);
    }

    @Test
    void waits_no_longer_than_the_limit() {
        long places = LIMITS.waitMaxTime().toSeconds();
        for (int i = 0; i <= places; i++) {
            boolean _ = intake.takeInTime(message(1), results::add);
        }
        assertThat(delayed).hasSize((int) places);
        assertThat(intake.takeInTime(message(1), results::add)).isTrue();
        isThrottled(results.getLast());
    }

    @Test
    void does_not_wait_when_too_much_waits() {
        rate.set(rate("100/second:1"));
        assertThat(intake.takeInTime(message(), results::add)).isTrue();
        int large = LIMITS.messageMaxBytes();
        int fit = LIMITS.pendingMaxBytes() / large;
        for (int i = 0; i < fit; i++) {
            assertThat(intake.takeInTime(message(new int[large]), results::add)).isFalse();
        }
        assertThat(intake.takeInTime(message(1), results::add)).isTrue();
        isThrottled(results.getLast());
        delayed.getFirst().work().run();
        assertThat(intake.takeInTime(message(1), results::add))
                .as("there is room again")
                .isFalse();
    }

    @Test
    void batch_counts_its_messages_and_is_taken_whole_or_not_at_all() {
        rate.set(rate("10/second:3"));
        assertThat(intake.takeAll(STAMP, List.of(body(1), body(2)), results::add))
                .isTrue();
        assertThat(intake.takeAll(STAMP, List.of(body(3), body(4)), results::add))
                .isTrue();
        assertThat(results.getFirst()).isInstanceOf(TelemetryResult.Stored.class);
        isThrottled(results.getLast());
        assertThat(stored()).isEqualTo(2);
        assertThat(intake.take(message(5), results::add)).isTrue();
        assertThat(stored()).isEqualTo(3);
    }

    @Test
    void message_that_is_refused_for_itself_takes_no_place() {
        boolean _ = intake.take(message(new int[LIMITS.messageMaxBytes() + 1]), results::add);
        assertThat(intake.take(message(1), results::add)).isTrue();
        assertThat(results.getLast()).isInstanceOf(TelemetryResult.Stored.class);
    }
}
