package dev.holdfast.hub.device.amqp;

import dev.holdfast.hub.amqp.AmqpTexts;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.hub.telemetry.TelemetryMessage;
import dev.holdfast.hub.telemetry.TelemetryRefusal;
import dev.holdfast.wire.amqp.AmqpMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * AMQP messages as telemetry.
 */
final class TelemetryReader {
    /** A message that holds others, each in a data section, as SDKs send batches. */
    static final int BATCH = 0x80013700;

    private static final Map<String, SystemProperty> SYSTEM = Map.ofEntries(
            Map.entry("iothub-creation-time-utc", SystemProperty.CREATION_TIME),
            Map.entry("x-opt-output-name", SystemProperty.OUTPUT_NAME),
            Map.entry("iothub-outputname", SystemProperty.OUTPUT_NAME),
            Map.entry("dt-subject", SystemProperty.COMPONENT_NAME),
            Map.entry("iothub-interface-id", SystemProperty.INTERFACE_ID),
            Map.entry("iothub-message-schema", SystemProperty.MESSAGE_SCHEMA),
            Map.entry("Diagnostic-Id", SystemProperty.DIAGNOSTIC_ID),
            Map.entry("Correlation-Context", SystemProperty.DIAGNOSTIC_CONTEXT));

    /** The hub knows these from the link, and vouches for them. */
    private static final Set<String> SAID_BY_THE_HUB =
            Set.of("iothub-connection-device-id", "iothub-connection-module-id");

    private static final int PRINTED_MAX_CHARS = 60;

    private final int batchMax;

    TelemetryReader(int batchMax) {
        this.batchMax = batchMax;
    }

    sealed interface Read {
        record Single(TelemetryMessage message) implements Read {}

        record Batch(List<TelemetryMessage> messages) implements Read {}

        record Refused(DeviceRefusal why) implements Read {}
    }

    /** @param format of the transfer */
    Read read(byte[] encoded, int format) {
        List<byte[]> each = List.of(encoded);
        if (format == BATCH) {
            Optional<List<byte[]>> sections = AmqpMessage.dataSections(encoded);
            if (sections.isEmpty()) {
                return malformed("it is not an AMQP message");
            }
            each = sections.get();
            if (each.size() > batchMax) {
                // Looked at before each of them is read.
                return new Read.Refused(
                        new DeviceRefusal.NotTaken(new TelemetryRefusal.TooManyInBatch(each.size(), batchMax)));
            }
        } else if (format != 0) {
            return malformed("its message-format is neither 0 nor that of a batch");
        }
        List<TelemetryMessage> messages = new ArrayList<>(each.size());
        for (byte[] one : each) {
            if (read(one, messages) instanceof Read.Refused refused) {
                return refused;
            }
        }
        return format == BATCH ? new Read.Batch(messages) : new Read.Single(messages.getFirst());
    }

    private static @Nullable Read read(byte[] encoded, List<TelemetryMessage> to) {
        AmqpMessage message = AmqpMessage.decode(encoded).orElse(null);
        if (message == null) {
            return malformed("it is not an AMQP message");
        }
        byte[] body = message.body().bytes();
        if (body == null) {
            return malformed("its body is " + message.body().kind());
        }
        Map<SystemProperty, String> system = AmqpTexts.of(message.properties());
        Map<String, String> properties = new LinkedHashMap<>();
        for (Map.Entry<String, Object> property :
                message.applicationProperties().entrySet()) {
            String text = AmqpTexts.of(property.getValue());
            if (text == null) {
                String name = property.getKey();
                return malformed("the property '"
                        + (name.length() > PRINTED_MAX_CHARS ? name.substring(0, PRINTED_MAX_CHARS) + "…" : name)
                        + "' is a list or a map");
            }
            SystemProperty known = SYSTEM.get(property.getKey());
            if (known != null) {
                system.put(known, text);
            } else if (!SAID_BY_THE_HUB.contains(property.getKey())) {
                properties.put(property.getKey(), text);
            }
        }
        message.annotations().forEach((name, value) -> AmqpTexts.put(system, SYSTEM.get(name), value));
        to.add(new TelemetryMessage(body, system, properties));
        return null;
    }

    private static Read malformed(String what) {
        return new Read.Refused(new DeviceRefusal.MessageMalformed(what));
    }
}
