package dev.holdfast.hub.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.AuthenticationMethod;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordFormatTest {
    private static final AuthenticationMethod SAS = new AuthenticationMethod("device", "sas", "iothub");

    private static SendTelemetry message(
            @Nullable String module,
            @Nullable String modelId,
            Map<SystemProperty, String> system,
            Map<String, String> properties,
            byte... body) {
        Identity sender = new Identity(new DeviceId("dev1"), module == null ? null : new ModuleId(module));
        return new SendTelemetry(
                new Stamp(sender, "gen1", SAS, modelId), new TelemetryMessage(body, system, properties));
    }

    private static void assertSame(RecordFormat.Content read, SendTelemetry written) {
        assertThat(read.origin()).isEqualTo(new Origin.Sent(written.stamp()));
        assertThat(read.message().body()).isEqualTo(written.message().body());
        assertThat(read.message().system()).isEqualTo(written.message().system());
        assertThat(read.message().properties())
                .containsExactlyEntriesOf(written.message().properties());
    }

    @Test
    void theLayoutOfEventsNeverChanges() {
        Identity about = new Identity(new DeviceId("dev1"), new ModuleId("m"));
        Origin told = new Origin.Told(EventSource.CONNECTIONS, about);
        TelemetryMessage message =
                new TelemetryMessage(new byte[] {7}, Map.of(SystemProperty.CONTENT_TYPE, "j"), Map.of("p", ""));
        String hex = "02" // an event
                + "03" // of a connection
                + "0564657631" // dev1
                + "026d" // m
                + "01" + "05" + "026a" // one system property: content type j
                + "01" + "0270" + "01" // one property: p, empty
                + "07";
        assertThat(HexFormat.of().formatHex(RecordFormat.write(told, message))).isEqualTo(hex);
        RecordFormat.Content read = RecordFormat.read(HexFormat.of().parseHex(hex));
        assertThat(read.origin()).isEqualTo(told);
        assertThat(read.message().body()).containsExactly(7);
        assertThatThrownBy(() -> RecordFormat.read(HexFormat.of().parseHex(hex.replaceFirst("0203", "0209"))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("newer release");
    }

    @Test
    void theLayoutOfVersion1NeverChanges() {
        SendTelemetry message =
                message("m", null, Map.of(SystemProperty.CONTENT_TYPE, "j"), Map.of("p", ""), (byte) 7, (byte) 8);
        String hex = "01" // version
                + "0564657631" // dev1
                + "026d" // m
                + "0567656e31" // gen1
                + "07646576696365" // device
                + "04736173" // sas
                + "07696f74687562" // iothub
                + "00" // no model
                + "01" + "05" + "026a" // one system property: content type j
                + "01" + "0270" + "01" // one property: p, empty
                + "0708";
        assertThat(HexFormat.of().formatHex(RecordFormat.write(message))).isEqualTo(hex);
        assertSame(RecordFormat.read(HexFormat.of().parseHex(hex)), message);
    }

    @Test
    void codesOfSystemPropertiesNeverChange() {
        Map<SystemProperty, Integer> codes = new EnumMap<>(SystemProperty.class);
        Arrays.stream(SystemProperty.values()).forEach(property -> codes.put(property, property.code()));
        assertThat(codes)
                .isEqualTo(Map.ofEntries(
                        Map.entry(SystemProperty.MESSAGE_ID, 1),
                        Map.entry(SystemProperty.CORRELATION_ID, 2),
                        Map.entry(SystemProperty.USER_ID, 3),
                        Map.entry(SystemProperty.TO, 4),
                        Map.entry(SystemProperty.CONTENT_TYPE, 5),
                        Map.entry(SystemProperty.CONTENT_ENCODING, 6),
                        Map.entry(SystemProperty.EXPIRY_TIME, 7),
                        Map.entry(SystemProperty.CREATION_TIME, 8),
                        Map.entry(SystemProperty.OUTPUT_NAME, 9),
                        Map.entry(SystemProperty.COMPONENT_NAME, 10),
                        Map.entry(SystemProperty.INTERFACE_ID, 11),
                        Map.entry(SystemProperty.MESSAGE_SCHEMA, 12),
                        Map.entry(SystemProperty.DIAGNOSTIC_ID, 13),
                        Map.entry(SystemProperty.DIAGNOSTIC_CONTEXT, 14)));
    }

    @Test
    void aSystemPropertyOfANewerReleaseIsPassedOver() {
        byte[] stored = RecordFormat.write(
                message(null, null, Map.of(SystemProperty.CONTENT_TYPE, "j"), Map.of("p", "v"), (byte) 1));
        String newer = HexFormat.of().formatHex(stored).replace("0105026a", "0163026a");
        RecordFormat.Content read = RecordFormat.read(HexFormat.of().parseHex(newer));
        assertThat(read.message().system()).isEmpty();
        assertThat(read.message().properties()).containsExactly(Map.entry("p", "v"));
    }

    @Test
    void aNewerFormatIsSaidToBeNewer() {
        byte[] stored = RecordFormat.write(message(null, null, Map.of(), Map.of()));
        stored[0] = 2;
        assertThatThrownBy(() -> RecordFormat.read(stored))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("newer release");
    }

    @Test
    void whatIsWrittenIsReadBack() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            SendTelemetry message = random(random);
            byte[] stored = RecordFormat.write(message);
            assertSame(RecordFormat.read(stored), message);
            StoredMessage entry = StoredMessage.of(new Log.Entry(5, Instant.EPOCH, stored));
            assertThat(entry.sequenceNumber()).as("seed %d", seed).isEqualTo(5);
            assertThat(entry.stamp()).isEqualTo(message.stamp());
        }
    }

    @Test
    void damageIsAStoreExceptionAndNothingElse() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] stored = RecordFormat.write(random(random));
            byte[] damaged = Arrays.copyOf(stored, random.nextInt(stored.length + 1));
            for (int flips = random.nextInt(4); flips > 0 && damaged.length > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                RecordFormat.read(damaged);
            } catch (StoreException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ": " + HexFormat.of().formatHex(damaged), e);
            }
        }
    }

    private static SendTelemetry random(Random random) {
        Map<SystemProperty, String> system = new EnumMap<>(SystemProperty.class);
        Map<String, String> properties = new LinkedHashMap<>();
        for (SystemProperty property : SystemProperty.values()) {
            if (random.nextInt(4) == 0) {
                system.put(property, text(random));
            }
        }
        for (int n = random.nextInt(5); n > 0; n--) {
            properties.put(text(random), text(random));
        }
        byte[] body = new byte[random.nextInt(300)];
        random.nextBytes(body);
        return message(
                random.nextBoolean() ? "mod" : null,
                random.nextBoolean() ? "dtmi:x;1" : null,
                system,
                properties,
                body);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(10) == 0 ? 300 : random.nextInt(8); n > 0; n--) {
            text.appendCodePoint("aé€😀\0\n".codePointAt(new int[] {0, 1, 2, 3, 5, 6}[random.nextInt(6)]));
        }
        return text.toString();
    }
}
