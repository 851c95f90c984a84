package dev.holdfast.hub.device.amqp;

import dev.holdfast.hub.command.CloudMessage;
import dev.holdfast.hub.command.FeedbackWanted;
import dev.holdfast.hub.command.LockedMessage;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.wire.amqp.AmqpMessage;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cloud-to-device messages as AMQP has them, with a data section as body, which is all that the SDKs read. */
final class MessageEncoder {
    private final String to;
    private final String inputs;

    MessageEncoder(Identity identity) {
        String root = "/" + String.join("/", identity.path());
        to = root + "/messages/devicebound";
        inputs = root + "/inputs/";
    }

    byte[] encode(LockedMessage given) {
        CloudMessage message = given.message();
        String address = message.property(SystemProperty.TO);
        String input = address != null && address.startsWith(inputs) ? address.substring(inputs.length()) : null;
        Map<String, Object> annotations = new LinkedHashMap<>();
        annotations.put("iothub-sequencenumber", given.sequence());
        annotations.put("iothub-enqueuedtime", given.enqueued());
        annotations.put("iothub-deliverycount", given.abandoned());
        if (input != null) {
            annotations.put("x-opt-input-name", input);
        }
        Map<String, Object> properties = new LinkedHashMap<>(message.properties());
        if (message.wanted() != FeedbackWanted.NONE) {
            properties.put(CloudMessage.FEEDBACK_PROPERTY, message.wanted().text());
        }
        String userId = message.property(SystemProperty.USER_ID);
        AmqpMessage.Properties said = new AmqpMessage.Properties(
                message.property(SystemProperty.MESSAGE_ID),
                userId == null ? null : userId.getBytes(StandardCharsets.UTF_8),
                input == null ? to : address,
                null,
                null,
                message.property(SystemProperty.CORRELATION_ID),
                message.property(SystemProperty.CONTENT_TYPE),
                message.property(SystemProperty.CONTENT_ENCODING),
                given.expires(),
                time(message.property(SystemProperty.CREATION_TIME)));
        return new AmqpMessage(Map.of(), annotations, said, properties, new AmqpMessage.Body.Data(message.body()))
                .encode();
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException notIso) {
            return null;
        }
    }
}
