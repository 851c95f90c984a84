package dev.holdfast.hub.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.MemoryLog;
import dev.holdfast.hub.fault.FaultOrders;
import dev.holdfast.hub.identity.AuthenticationMethod;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.testkit.TestClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private static final Limits.Telemetry LIMITS = Limits.defaults().telemetry();
    private final MemoryLog log = new MemoryLog(4);
    private final Intake intake = new Intake(log, LIMITS, FaultOrders.none());
    private final List<TelemetryResult> results = new ArrayList<>();

    private static SendTelemetry message(
            String device, @Nullable String module, byte[] body, Map<String, String> properties) {
        Identity sender = new Identity(new DeviceId(device), module == null ? null : new ModuleId(module));
        return new SendTelemetry(
                new Stamp(sender, "g", new AuthenticationMethod("device", "sas", "iothub"), null),
                new TelemetryMessage(body, Map.of(), properties));
    }

    @Test
    void aMessageIsStoredAsItWasSent() {
        log.hold();
        assertThat(intake.take(message("dev1", null, new byte[] {1}, Map.of("a", "b")), results::add))
                .isTrue();
        assertThat(results).as("no result before it is durable").isEmpty();
        log.release();
        int partition = Intake.partitionOf(new DeviceId("dev1"), 4);
        assertThat(results)
                .singleElement()
                .satisfies(result -> assertThat(result).isInstanceOfSatisfying(TelemetryResult.Stored.class, stored -> {
                    assertThat(stored.partition()).isEqualTo(partition);
                    assertThat(stored.offset()).isZero();
                }));
        StoredMessage read = StoredMessage.of(log.read(partition, 0, 1000).getFirst());
        assertThat(read.stamp().sender().toString()).isEqualTo("dev1");
        assertThat(read.message().properties()).containsExactly(Map.entry("a", "b"));
    }

    @Test
    void bodyAndPropertiesCountTogether() {
        int max = LIMITS.messageMaxBytes();
        Map<String, String> properties = Map.of("é", "€");
        assertThat(intake.take(message("d", null, new byte[max - 5], properties), results::add))
                .isTrue();
        assertThat(intake.take(message("d", null, new byte[max - 4], properties), results::add))
                .isTrue();
        assertThat(results.get(0)).isInstanceOf(TelemetryResult.Stored.class);
        assertThat(results.get(1))
                .isEqualTo(new TelemetryResult.Refused(new TelemetryRefusal.MessageTooLarge(max + 1L, max)));
    }

    @Test
    void sizesAreThoseOfUtf8() {
        for (String text : List.of("", "abc", "é€😀", "\0\u007f\u0080\u07ff\u0800\uffff", "x\uD83D", "\uDE00y")) {
            TelemetryMessage message =
                    new TelemetryMessage(new byte[2], Map.of(SystemProperty.CONTENT_TYPE, text), Map.of("k", text));
            int bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            assertThat(message.sizeBytes()).isEqualTo(3L + 2L * bytes);
        }
    }

    @Test
    void propertiesAreCounted() {
        Map<String, String> properties = new LinkedHashMap<>();
        for (int i = 0; i <= LIMITS.propertiesMax(); i++) {
            properties.put("p" + i, "");
        }
        intake.take(message("d", null, new byte[0], properties), results::add);
        assertThat(results)
                .containsExactly(new TelemetryResult.Refused(
                        new TelemetryRefusal.TooManyProperties(LIMITS.propertiesMax() + 1, LIMITS.propertiesMax())));
        properties.remove("p0");
        intake.take(message("d", null, new byte[0], properties), results::add);
        assertThat(results.getLast()).isInstanceOf(TelemetryResult.Stored.class);
    }

    @Test
    void aFailingDiskIsARefusalWithItsReason() {
        log.fail("no space left");
        intake.take(message("d", null, new byte[0], Map.of()), results::add);
        assertThat(results)
                .containsExactly(new TelemetryResult.Refused(new TelemetryRefusal.NotStored("no space left")));
        assertThat(new TelemetryRefusal.NotStored("no space left").explain()).contains("no space left");
    }

    @Test
    void theLogsPushBackIsPassedOn() {
        log.pushBack(true);
        assertThat(intake.take(message("d", null, new byte[0], Map.of()), results::add))
                .isFalse();
        assertThat(results).hasSize(1);
    }

    @Test
    void theLogsPushBackOnOneOfABatchIsPassedOn() {
        List<TelemetryMessage> batch = List.of(
                new TelemetryMessage(new byte[0], Map.of(), Map.of()),
                new TelemetryMessage(new byte[1], Map.of(), Map.of()));
        Stamp stamp = message("d", null, new byte[0], Map.of()).stamp();
        assertThat(intake.takeAll(stamp, batch, results::add)).isTrue();
        log.pushBack(true);
        assertThat(intake.takeAll(stamp, batch, results::add)).isFalse();
        assertThat(intake.takeAll(stamp, List.of(), results::add))
                .as("a refusal waits for nothing")
                .isTrue();
        assertThat(results).hasSize(3);
    }

    @Test
    void emptyMessagesCostTheLogWhatIsStampedOnThem() {
        Stamp stamp = message("d", null, new byte[0], Map.of()).stamp();
        Stamp full =
                new Stamp(stamp.sender(), stamp.generation(), stamp.method(), "y".repeat(Stamp.MODEL_ID_MAX_CHARS));
        TelemetryMessage empty = new TelemetryMessage(new byte[0], Map.of(), Map.of());
        intake.takeAll(full, Collections.nCopies(1000, empty), results::add);
        assertThat(log.all().stream().mapToInt(entry -> entry.record().length).sum())
                .isGreaterThan(1000 * Stamp.MODEL_ID_MAX_CHARS);
    }

    @Test
    void aDeviceKeepsItsPartitionForEver() {
        assertThat(List.of("dev1", "dev2", "sensor-0001", "a").stream()
                        .map(id -> Intake.partitionOf(new DeviceId(id), 4)))
                .containsExactly(1, 1, 1, 3);
        intake.take(message("dev1", "mod1", new byte[0], Map.of()), results::add);
        intake.take(message("dev1", null, new byte[0], Map.of()), results::add);
        assertThat(results)
                .extracting(result -> result instanceof TelemetryResult.Stored stored ? stored.partition() : -1)
                .containsExactly(1, 1);
    }

    @Test
    void idsThatDifferInTheirLastCharactersSpread() {
        int[] counts = new int[32];
        for (int i = 0; i < 32_000; i++) {
            counts[Intake.partitionOf(new DeviceId("device-%05d".formatted(i)), 32)]++;
        }
        assertThat(counts).satisfies(all -> {
            for (int count : all) {
                assertThat(count).isBetween(700, 1_300);
            }
        });
    }

    @Test
    void aFaultIsNotStoredAndNeitherIsABatchWithOne() {
        TestClock clock = new TestClock(Instant.parse("2026-12-01T12:00:00Z"));
        Intake faulty = new Intake(log, LIMITS, new FaultOrders(true, clock, LIMITS.faults()));
        Map<String, String> asking = Map.of("AzIoTHub_FaultOperationType", "KillTcp");
        SendTelemetry request = message("dev1", null, new byte[1], asking);

        assertThat(faulty.take(request, results::add)).isTrue();
        assertThat(faulty.takeAll(request.stamp(), List.of(request.message()), results::add))
                .isTrue();
        assertThat(intake.take(request, results::add)).isTrue();

        assertThat(results.get(0)).isInstanceOf(TelemetryResult.FaultAsked.class);
        assertThat(results.get(1))
                .isInstanceOfSatisfying(
                        TelemetryResult.Refused.class,
                        refused -> assertThat(refused.refusal().reason()).isEqualTo("FaultMalformed"));
        assertThat(results.get(2)).as("where it is not allowed").isInstanceOf(TelemetryResult.Stored.class);
        assertThat(log.read(Intake.partitionOf(new DeviceId("dev1"), 4), 0, 1000))
                .hasSize(1);
        assertThat(faulty.faultOfWill(request.message())).isNotNull();
    }
}
