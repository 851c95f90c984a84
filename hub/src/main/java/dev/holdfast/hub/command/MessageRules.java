package dev.holdfast.hub.command;

import dev.holdfast.base.Limits;
import dev.holdfast.base.PercentEncoder;
import dev.holdfast.base.Utf8;
import dev.holdfast.hub.command.MessageRefusal.CloudMessageTooLarge;
import dev.holdfast.hub.command.MessageRefusal.MessageExpiryPast;
import dev.holdfast.hub.command.MessageRefusal.MessageExpiryTooFar;
import dev.holdfast.hub.command.MessageRefusal.MessagePropertiesTooLong;
import dev.holdfast.hub.command.MessageRefusal.MessagePropertyUnfit;
import dev.holdfast.hub.command.MessageRefusal.TooManyMessageProperties;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a message must be like, so that it can be given to a device by whatever protocol it asks for it: what one service sends must not
 * become a line of another header, or a level of another topic.
 */
final class MessageRules {
    static final int NAME_MAX_CHARS = 128;

    /** An MQTT topic has 65,535 bytes at most; what is left is for ids and the input of a module. */
    static final int ENCODED_MAX_BYTES = 60_000;

    /** Between two properties in a topic, and between a name and its value. */
    private static final int MARKS_BYTES = 2;

    private static final int PRINTED_MAX_CHARS = 64;

    private final Limits.Message limits;

    MessageRules(Limits.Message limits) {
        this.limits = limits;
    }

    /** What is wrong with a message; null when nothing is. */
    @Nullable
    MessageRefusal faultOf(CloudMessage message, Instant now) {
        long bytes = sizeBytes(message);
        if (bytes > limits.maxBytes()) {
            return new CloudMessageTooLarge(bytes, limits.maxBytes());
        }
        if (message.properties().size() > limits.propertiesMax()) {
            return new TooManyMessageProperties(message.properties().size(), limits.propertiesMax());
        }
        for (Map.Entry<String, String> property : message.properties().entrySet()) {
            if (!isName(property.getKey()) || !isValue(property.getValue())) {
                return unfit(property.getKey());
            }
        }
        for (var property : message.system().entrySet()) {
            if (!isValue(property.getValue())) {
                return unfit(property.getKey().name());
            }
        }
        int encoded = encodedBytes(message);
        return encoded > ENCODED_MAX_BYTES
                ? new MessagePropertiesTooLong(encoded, ENCODED_MAX_BYTES)
                : faultOf(message.expires(), now);
    }

    private static int encodedBytes(CloudMessage message) {
        int bytes = 0;
        for (String value : message.system().values()) {
            bytes += PercentEncoder.length(value) + MARKS_BYTES;
        }
        for (Map.Entry<String, String> property : message.properties().entrySet()) {
            bytes +=
                    PercentEncoder.length(property.getKey()) + PercentEncoder.length(property.getValue()) + MARKS_BYTES;
        }
        return bytes;
    }

    private @Nullable MessageRefusal faultOf(@Nullable Instant expires, Instant now) {
        if (expires == null) {
            return null;
        }
        if (!expires.isAfter(now)) {
            return new MessageExpiryPast(expires);
        }
        return expires.isAfter(now.plus(limits.expiryMaxTime()))
                ? new MessageExpiryTooFar(limits.expiryMaxTime())
                : null;
    }

    private static MessagePropertyUnfit unfit(String name) {
        StringBuilder printed = new StringBuilder();
        name.chars().limit(PRINTED_MAX_CHARS).forEach(c -> printed.append(c >= ' ' && c < 0x7F ? (char) c : '?'));
        return new MessagePropertyUnfit(printed.toString());
    }

    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= NAME_MAX_CHARS
                && name.chars().allMatch(c -> c >= ' ' && c < 0x7F);
    }

    private static boolean isValue(String value) {
        return Utf8.isWellFormed(value) && value.chars().noneMatch(Character::isISOControl);
    }

    private static long sizeBytes(CloudMessage message) {
        long size = message.body().length;
        for (String value : message.system().values()) {
            size += Utf8.length(value);
        }
        for (Map.Entry<String, String> property : message.properties().entrySet()) {
            size += Utf8.length(property.getKey()) + Utf8.length(property.getValue());
        }
        return size;
    }
}
