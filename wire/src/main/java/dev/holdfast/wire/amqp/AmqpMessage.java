package dev.holdfast.wire.amqp;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.jspecify.annotations.Nullable;

/**
 * A message, taken apart. Keys of the maps are the texts of their symbols or strings; values as {@link AmqpReader} says, types
 * kept, so that a message id can be sent back exactly as it came.
 *
 * @param annotations message annotations
 */
public record AmqpMessage(
        Map<String, Object> deliveryAnnotations,
        Map<String, Object> annotations,
        Properties properties,
        Map<String, Object> applicationProperties,
        Body body) {

    private static final int HEADER = 0x70;
    private static final int DELIVERY_ANNOTATIONS = 0x71;
    private static final int ANNOTATIONS = 0x72;
    private static final int PROPERTIES = 0x73;
    private static final int APPLICATION_PROPERTIES = 0x74;
    private static final int DATA = 0x75;
    private static final int SEQUENCE = 0x76;
    private static final int VALUE = 0x77;
    private static final int FOOTER = 0x78;

    /** What a message carries. */
    public sealed interface Body {
        /** Opaque bytes; several data sections are joined. */
        record Data(byte[] bytes) implements Body {}

        record Value(@Nullable Object value) implements Body {}

        /** Lists of values, which no face reads. */
        record Sequence() implements Body {}

        record None() implements Body {}

        /** The bytes of data sections, none of them for no body; null for what is not bytes. */
        default byte @Nullable [] bytes() {
            return switch (this) {
                case Data(var bytes) -> bytes;
                case None() -> new byte[0];
                case Value _, Sequence() -> null;
            };
        }

        /** What it is, for sentences. */
        default String kind() {
            return switch (this) {
                case Data _ -> "data";
                case None() -> "empty";
                case Value _ -> "an AMQP value";
                case Sequence() -> "an AMQP sequence";
            };
        }
    }

    /** The properties section; null is absent. Ids are {@link UnsignedLong}, {@link java.util.UUID}, {@code byte[]} or text. */
    public record Properties(
            @Nullable Object messageId,
            byte @Nullable [] userId,
            @Nullable String to,
            @Nullable String subject,
            @Nullable String replyTo,
            @Nullable Object correlationId,
            @Nullable String contentType,
            @Nullable String contentEncoding,
            @Nullable Instant absoluteExpiryTime,
            @Nullable Instant creationTime) {

        public static final Properties NONE =
                new Properties(null, null, null, null, null, null, null, null, null, null);

        /** Those of a request. */
        public static Properties request(Object messageId, String replyTo) {
            return new Properties(messageId, null, null, null, replyTo, null, null, null, null, null);
        }

        /** Those of the answer to a request. */
        public static Properties answer(@Nullable Object correlationId) {
            return new Properties(null, null, null, null, null, correlationId, null, null, null, null);
        }

        private static Properties of(List<?> fields) {
            return new Properties(
                    id(fields, 0),
                    at(fields, 1, byte[].class),
                    at(fields, 2, String.class),
                    at(fields, 3, String.class),
                    at(fields, 4, String.class),
                    id(fields, 5),
                    at(fields, 6, String.class),
                    at(fields, 7, String.class),
                    at(fields, 8, Instant.class),
                    at(fields, 9, Instant.class));
        }

        /** Of the four types that an id may have; another is none. */
        private static @Nullable Object id(List<?> fields, int index) {
            return switch (at(fields, index, Object.class)) {
                case UnsignedLong number -> number;
                case UUID uuid -> uuid;
                case byte[] binary -> binary;
                case String text -> text;
                case null, default -> null;
            };
        }

        private static <T> @Nullable T at(List<?> fields, int index, Class<T> type) {
            Object field = index < fields.size() ? fields.get(index) : null;
            return type.isInstance(field) ? type.cast(field) : null;
        }
    }

    /** A message with an AMQP value as body and nothing but what is given. */
    public static AmqpMessage ofValue(
            Properties properties, Map<String, Object> applicationProperties, @Nullable Object value) {
        return new AmqpMessage(Map.of(), Map.of(), properties, applicationProperties, new Body.Value(value));
    }

    /** Reads a message; empty when the bytes are none. */
    public static Optional<AmqpMessage> decode(byte[] encoded) {
        try {
            return Optional.of(read(new AmqpReader(encoded)));
        } catch (AmqpReader.MalformedException malformed) {
            return Optional.empty();
        }
    }

    /** The data sections of a message, each by itself; empty when the bytes are no message. */
    public static Optional<List<byte[]>> dataSections(byte[] encoded) {
        List<byte[]> sections = new ArrayList<>();
        try {
            AmqpReader in = new AmqpReader(encoded);
            int last = HEADER - 1;
            while (in.hasMore()) {
                if (!(in.next() instanceof AmqpReader.Described(Object descriptor, Object section))) {
                    return Optional.empty();
                }
                int code = codeOf(descriptor);
                last = inOrder(last, code);
                if (code == DATA && section instanceof byte[] bytes) {
                    sections.add(bytes);
                }
            }
            return Optional.of(sections);
        } catch (AmqpReader.MalformedException malformed) {
            return Optional.empty();
        }
    }

    private static AmqpMessage read(AmqpReader in) throws AmqpReader.MalformedException {
        Map<String, Object> deliveryAnnotations = Map.of();
        Map<String, Object> annotations = Map.of();
        Map<String, Object> applicationProperties = Map.of();
        Properties properties = Properties.NONE;
        ByteArrayOutputStream data = null;
        Body other = new Body.None();
        int last = HEADER - 1;
        while (in.hasMore()) {
            if (!(in.next() instanceof AmqpReader.Described(Object descriptor, Object section))) {
                throw new AmqpReader.MalformedException("a section of the message is not a described type");
            }
            int code = codeOf(descriptor);
            last = inOrder(last, code);
            switch (code) {
                case DELIVERY_ANNOTATIONS -> deliveryAnnotations = texts(section);
                case ANNOTATIONS -> annotations = texts(section);
                case PROPERTIES -> properties = section instanceof List<?> fields ? Properties.of(fields) : properties;
                case APPLICATION_PROPERTIES -> applicationProperties = texts(section);
                case DATA -> {
                    data = data == null ? new ByteArrayOutputStream() : data;
                    if (section instanceof byte[] bytes) {
                        data.writeBytes(bytes);
                    }
                }
                case VALUE -> other = new Body.Value(section);
                case SEQUENCE -> other = new Body.Sequence();
                default -> {
                    // header and footer say nothing to a face
                }
            }
        }
        Body body = data != null ? new Body.Data(data.toByteArray()) : other;
        return new AmqpMessage(deliveryAnnotations, annotations, properties, applicationProperties, body);
    }

    /**
     * Sections come in the order of their codes, each once, with a body of one kind, which alone may have several data or sequence
     * sections (AMQP 1.0, 3.2). What is none of them says nothing.
     *
     * @return the last section now
     */
    private static int inOrder(int last, int code) throws AmqpReader.MalformedException {
        if (code < HEADER || code > FOOTER) {
            return last;
        }
        boolean more = code == last && (code == DATA || code == SEQUENCE);
        boolean secondBody = last >= DATA && last <= VALUE && code >= DATA && code <= VALUE;
        if (!more && (code <= last || secondBody)) {
            throw new AmqpReader.MalformedException("a section of the message comes twice or too late");
        }
        return code;
    }

    private static int codeOf(@Nullable Object descriptor) {
        return switch (descriptor) {
            case UnsignedLong code -> code.compareTo(UnsignedLong.valueOf(0xFF)) <= 0 ? code.intValue() : -1;
            case String symbol ->
                switch (symbol) {
                    case "amqp:header:list" -> HEADER;
                    case "amqp:footer:map" -> FOOTER;
                    case "amqp:delivery-annotations:map" -> DELIVERY_ANNOTATIONS;
                    case "amqp:message-annotations:map" -> ANNOTATIONS;
                    case "amqp:properties:list" -> PROPERTIES;
                    case "amqp:application-properties:map" -> APPLICATION_PROPERTIES;
                    case "amqp:data:binary" -> DATA;
                    case "amqp:amqp-sequence:list" -> SEQUENCE;
                    case "amqp:value:*", "amqp:amqp-value:*" -> VALUE;
                    default -> -1;
                };
            case null, default -> -1;
        };
    }

    private static Map<String, Object> texts(@Nullable Object section) {
        if (!(section instanceof Map<?, ?> map)) {
            return Map.of();
        }
        Map<String, Object> texts = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (value != null) {
                texts.put(String.valueOf(key), value);
            }
        });
        return texts;
    }

    /** The bytes that go into transfers. */
    public byte[] encode() {
        AmqpWriter out = new AmqpWriter(256);
        annotations(out, DELIVERY_ANNOTATIONS, deliveryAnnotations);
        annotations(out, ANNOTATIONS, annotations);
        if (!properties.equals(Properties.NONE)) {
            out.descriptor(PROPERTIES);
            int mark = out.beginList();
            out.value(properties.messageId).value(properties.userId).string(properties.to);
            out.string(properties.subject).string(properties.replyTo).value(properties.correlationId);
            symbol(out, properties.contentType);
            symbol(out, properties.contentEncoding);
            out.value(properties.absoluteExpiryTime).value(properties.creationTime);
            out.end(mark, 10);
        }
        if (!applicationProperties.isEmpty()) {
            out.descriptor(APPLICATION_PROPERTIES).value(applicationProperties);
        }
        switch (body) {
            case Body.Data(byte[] data) -> out.descriptor(DATA).binary(data);
            case Body.Value(Object value) -> out.descriptor(VALUE).value(value);
            case Body.Sequence(), Body.None() -> {}
        }
        return out.toBytes();
    }

    private static void annotations(AmqpWriter out, int section, Map<String, Object> entries) {
        if (entries.isEmpty()) {
            return;
        }
        out.descriptor(section);
        int mark = out.beginMap();
        entries.forEach((key, value) -> out.symbol(key).value(value));
        out.end(mark, 2 * entries.size());
    }

    private static void symbol(AmqpWriter out, @Nullable String text) {
        if (text == null) {
            out.nothing();
        } else {
            out.symbol(text);
        }
    }
}
