package dev.holdfast.hub.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.AuthenticationMethod;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.Origin;
import dev.holdfast.hub.telemetry.Stamp;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.hub.telemetry.TelemetryMessage;
import dev.holdfast.store.Log;
import dev.holdfast.wire.amqp.AmqpMessage;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventEncoderTest {
    private static final Instant TIME = Instant.parse("2026-12-01T12:00:00.123Z");

    private static AmqpMessage encoded(
            @Nullable ModuleId module, TelemetryMessage message, EventEncoder.@Nullable RuntimeMetric metric) {
        Stamp stamp = new Stamp(
                new Identity(new DeviceId("dev1"), module),
                "gen1",
                new AuthenticationMethod("module", "x509", "external"),
                null);
        return AmqpMessage.decode(
                        EventEncoder.encode(new StoredMessage(300, TIME, new Origin.Sent(stamp), message), metric))
                .orElseThrow();
    }

    @Test
    void what_nobody_said_is_not_there() {
        AmqpMessage message = encoded(null, new TelemetryMessage(new byte[0], Map.of(), Map.of()), null);
        assertThat(message.annotations())
                .containsOnlyKeys(
                        "x-opt-sequence-number",
                        "x-opt-offset",
                        "x-opt-enqueued-time",
                        "iothub-connection-device-id",
                        "iothub-connection-auth-method",
                        "iothub-connection-auth-generation-id",
                        "iothub-enqueuedtime",
                        "iothub-message-source");
        assertThat(message.properties()).isEqualTo(AmqpMessage.Properties.NONE);
        assertThat(message.applicationProperties()).isEmpty();
        assertThat(message.deliveryAnnotations()).isEmpty();
        assertThat(message.body())
                .isInstanceOfSatisfying(
                        AmqpMessage.Body.Data.class,
                        data -> assertThat(data.bytes()).isEmpty());
    }

    @Test
    void module_and_longTextvalues() {
        String longText = "v".repeat(1000);
        AmqpMessage message = encoded(
                new ModuleId("mod1"),
                new TelemetryMessage(
                        new byte[] {1},
                        Map.of(SystemProperty.OUTPUT_NAME, "out", SystemProperty.EXPIRY_TIME, "not a time"),
                        Map.of("k", longText, "ä", "ö")),
                null);
        assertThat(message.annotations())
                .containsEntry("x-opt-sequence-number", 300L)
                .containsEntry("x-opt-offset", "300")
                .containsEntry("x-opt-enqueued-time", TIME)
                .containsEntry("iothub-connection-module-id", "mod1")
                .containsEntry("iothub-outputname", "out")
                .containsEntry(
                        "iothub-connection-auth-method",
                        "{\"scope\":\"module\",\"type\":\"x509\",\"issuer\":\"external\",\"acceptingIpFilterRule\":null}");
        assertThat(message.applicationProperties()).containsOnly(Map.entry("k", longText), Map.entry("ä", "ö"));
        assertThat(message.properties().absoluteExpiryTime()).isNull();
    }

    @Test
    void expiry_in_milliseconds_is_a_time_as_well() {
        AmqpMessage message = encoded(
                null,
                new TelemetryMessage(new byte[0], Map.of(SystemProperty.EXPIRY_TIME, "1700000000000"), Map.of()),
                null);
        assertThat(message.properties().absoluteExpiryTime()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_000L));
    }

    @Test
    void runtime_metric_tells_about_the_end_of_the_partition() {
        Instant last = TIME.plusSeconds(5);
        Instant now = TIME.plusSeconds(9);
        AmqpMessage message = encoded(
                null,
                new TelemetryMessage(new byte[0], Map.of(), Map.of()),
                new EventEncoder.RuntimeMetric(new Log.Extent(2, 500, last), now));
        assertThat(message.deliveryAnnotations())
                .containsOnly(
                        Map.entry("last_enqueued_sequence_number", 499L),
                        Map.entry("last_enqueued_offset", "499"),
                        Map.entry("last_enqueued_time_utc", last),
                        Map.entry("runtime_info_retrieval_time_utc", now));
    }
}
