package dev.holdfast.hub.service.events;

import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.Origin;
import dev.holdfast.hub.telemetry.Stamp;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.store.Log;
import dev.holdfast.wire.amqp.AmqpWriter;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a stored message as the AMQP message that Event Hubs clients expect: the body as data, what the sender said in
 * properties and application properties, what the hub vouches for in annotations. One pass into one array.
 */
final class EventEncoder {
    private static final byte[] SEQUENCE_NUMBER = AmqpWriter.symbolBytes("x-opt-sequence-number");
    private static final byte[] OFFSET = AmqpWriter.symbolBytes("x-opt-offset");
    private static final byte[] ENQUEUED_TIME = AmqpWriter.symbolBytes("x-opt-enqueued-time");
    private static final byte[] IOTHUB_ENQUEUED_TIME = AmqpWriter.symbolBytes("iothub-enqueuedtime");
    private static final byte[] DEVICE_ID = AmqpWriter.symbolBytes("iothub-connection-device-id");
    private static final byte[] MODULE_ID = AmqpWriter.symbolBytes("iothub-connection-module-id");
    private static final byte[] AUTH_METHOD = AmqpWriter.symbolBytes("iothub-connection-auth-method");
    private static final byte[] GENERATION_ID = AmqpWriter.symbolBytes("iothub-connection-auth-generation-id");
    private static final byte[] DATA_SCHEMA = AmqpWriter.symbolBytes("dt-dataschema");
    private static final byte[] SOURCE = AmqpWriter.symbolBytes("iothub-message-source");

    private static final byte[] LAST_SEQUENCE_NUMBER = AmqpWriter.symbolBytes("last_enqueued_sequence_number");
    private static final byte[] LAST_OFFSET = AmqpWriter.symbolBytes("last_enqueued_offset");
    private static final byte[] LAST_TIME = AmqpWriter.symbolBytes("last_enqueued_time_utc");
    private static final byte[] RETRIEVED = AmqpWriter.symbolBytes("runtime_info_retrieval_time_utc");

    /** What of the sender's own words stands in annotations, since AMQP has no property for it. */
    private static final Map<SystemProperty, byte[]> ANNOTATIONS = annotations();

    private static final int DELIVERY_ANNOTATIONS_SECTION = 0x71;
    private static final int ANNOTATIONS_SECTION = 0x72;
    private static final int PROPERTIES_SECTION = 0x73;
    private static final int APPLICATION_PROPERTIES_SECTION = 0x74;
    private static final int DATA_SECTION = 0x75;
    private static final int HEAD_BYTES = 640;

    /**
     * What a reader that asked for it learns with each message.
     *
     * @param extent of the partition when it was read
     */
    record RuntimeMetric(Log.Extent extent, Instant retrieved) {}

    private EventEncoder() {}

    static byte[] encode(StoredMessage stored, @Nullable RuntimeMetric metric) {
        byte[] body = stored.message().body();
        AmqpWriter out = new AmqpWriter(HEAD_BYTES + body.length);
        if (metric != null) {
            write(out, metric);
        }
        writeAnnotations(out, stored);
        writeProperties(out, stored.message().system());
        Map<String, String> properties = stored.message().properties();
        if (!properties.isEmpty()) {
            out.descriptor(APPLICATION_PROPERTIES_SECTION);
            int mark = out.beginMap();
            properties.forEach((name, value) -> out.string(name).string(value));
            out.end(mark, 2 * properties.size());
        }
        return out.descriptor(DATA_SECTION).binary(body).toBytes();
    }

    private static void write(AmqpWriter out, RuntimeMetric metric) {
        long last = metric.extent.next() - 1;
        out.descriptor(DELIVERY_ANNOTATIONS_SECTION);
        int mark = out.beginMap();
        out.encoded(LAST_SEQUENCE_NUMBER).number(last);
        out.encoded(LAST_OFFSET).string(Long.toString(last));
        out.encoded(LAST_TIME).timestamp(metric.extent.lastTime().toEpochMilli());
        out.encoded(RETRIEVED).timestamp(metric.retrieved.toEpochMilli());
        out.end(mark, 8);
    }

    private static void writeAnnotations(AmqpWriter out, StoredMessage stored) {
        long time = stored.enqueuedTime().toEpochMilli();
        out.descriptor(ANNOTATIONS_SECTION);
        int mark = out.beginMap();
        int entries = 6;
        Identity identity = stored.origin().identity();
        out.encoded(SEQUENCE_NUMBER).number(stored.sequenceNumber());
        out.encoded(OFFSET).string(Long.toString(stored.sequenceNumber()));
        out.encoded(ENQUEUED_TIME).timestamp(time);
        out.encoded(DEVICE_ID).string(identity.device().value());
        out.encoded(IOTHUB_ENQUEUED_TIME).timestamp(time);
        ModuleId module = identity.module();
        if (module != null) {
            out.encoded(MODULE_ID).string(module.value());
            entries++;
        }
        switch (stored.origin()) {
            case Origin.Sent(var stamp) -> {
                out.encoded(SOURCE).string("Telemetry");
                entries += writeStamp(out, stamp);
            }
            case Origin.Told(var source, var _) -> out.encoded(SOURCE).string(source.annotation());
        }
        for (Map.Entry<SystemProperty, String> property :
                stored.message().system().entrySet()) {
            byte[] name = ANNOTATIONS.get(property.getKey());
            if (name != null) {
                out.encoded(name).string(property.getValue());
                entries++;
            }
        }
        out.end(mark, 2 * entries);
    }

    /** Returns how many entries it wrote. */
    private static int writeStamp(AmqpWriter out, Stamp stamp) {
        out.encoded(AUTH_METHOD).string(stamp.method().toJson());
        out.encoded(GENERATION_ID).string(stamp.generation());
        if (stamp.modelId() == null) {
            return 2;
        }
        out.encoded(DATA_SCHEMA).string(stamp.modelId());
        return 3;
    }

    private static void writeProperties(AmqpWriter out, Map<SystemProperty, String> said) {
        if (said.isEmpty()) {
            return;
        }
        out.descriptor(PROPERTIES_SECTION);
        int mark = out.beginList();
        String userId = said.get(SystemProperty.USER_ID);
        out.string(said.get(SystemProperty.MESSAGE_ID));
        out.value(userId == null ? null : userId.getBytes(StandardCharsets.UTF_8));
        out.string(said.get(SystemProperty.TO)).nothing().nothing();
        out.string(said.get(SystemProperty.CORRELATION_ID));
        symbol(out, said.get(SystemProperty.CONTENT_TYPE));
        symbol(out, said.get(SystemProperty.CONTENT_ENCODING));
        out.value(time(said.get(SystemProperty.EXPIRY_TIME)));
        out.end(mark, 9);
    }

    private static void symbol(AmqpWriter out, @Nullable String text) {
        if (text == null) {
            out.nothing();
        } else {
            out.symbol(text);
        }
    }

    /** The expiry as a time; clients spell it in many ways, and one that is none is left out. */
    private static @Nullable Instant time(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException notIso) {
            return text.length() <= 15 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')
                    ? Instant.ofEpochMilli(Long.parseLong(text))
                    : null;
        }
    }

    private static Map<SystemProperty, byte[]> annotations() {
        Map<SystemProperty, byte[]> names = new EnumMap<>(SystemProperty.class);
        names.put(SystemProperty.CREATION_TIME, AmqpWriter.symbolBytes("iothub-creation-time-utc"));
        names.put(SystemProperty.OUTPUT_NAME, AmqpWriter.symbolBytes("iothub-outputname"));
        names.put(SystemProperty.COMPONENT_NAME, AmqpWriter.symbolBytes("dt-subject"));
        names.put(SystemProperty.INTERFACE_ID, AmqpWriter.symbolBytes("iothub-interface-id"));
        names.put(SystemProperty.MESSAGE_SCHEMA, AmqpWriter.symbolBytes("iothub-message-schema"));
        names.put(SystemProperty.DIAGNOSTIC_ID, AmqpWriter.symbolBytes("Diagnostic-Id"));
        names.put(SystemProperty.DIAGNOSTIC_CONTEXT, AmqpWriter.symbolBytes("Correlation-Context"));
        return names;
    }
}
