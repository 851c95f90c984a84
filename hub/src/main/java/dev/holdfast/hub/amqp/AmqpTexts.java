package dev.holdfast.hub.amqp;

import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.wire.amqp.AmqpMessage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What has a type in AMQP as text, as it is in the other protocols: numbers in decimal, times in ISO 8601, binary as UTF-8 where it is
 * that and as base64 otherwise.
 */
public final class AmqpTexts {
    private AmqpTexts() {}

    /** Null for what is made of several values. */
    public static @Nullable String of(Object value) {
        return switch (value) {
            case String text -> text;
            case Boolean bool -> bool.toString();
            case Number number -> number.toString();
            case UUID uuid -> uuid.toString();
            case Instant time -> time.toString();
            case byte[] bytes -> of(bytes);
            default -> null;
        };
    }

    private static String of(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return Base64.getEncoder().encodeToString(bytes);
        }
    }

    /** The properties section of a message; the map is the caller's own. */
    public static Map<SystemProperty, String> of(AmqpMessage.Properties said) {
        Map<SystemProperty, String> system = new EnumMap<>(SystemProperty.class);
        put(system, SystemProperty.MESSAGE_ID, said.messageId());
        put(system, SystemProperty.USER_ID, said.userId());
        put(system, SystemProperty.TO, said.to());
        put(system, SystemProperty.CORRELATION_ID, said.correlationId());
        put(system, SystemProperty.CONTENT_TYPE, said.contentType());
        put(system, SystemProperty.CONTENT_ENCODING, said.contentEncoding());
        put(system, SystemProperty.EXPIRY_TIME, said.absoluteExpiryTime());
        put(system, SystemProperty.CREATION_TIME, said.creationTime());
        return system;
    }

    /** What is no text is passed over: a property that nobody can read helps nobody. */
    public static void put(
            Map<SystemProperty, String> system, @Nullable SystemProperty property, @Nullable Object value) {
        String text = property == null || value == null ? null : of(value);
        if (property != null && text != null) {
            system.put(property, text);
        }
    }
}
