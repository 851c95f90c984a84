package dev.holdfast.hub.device.http;

import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.telemetry.TelemetryMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Several messages in one request: {@code [{"body": "…", "base64Encoded": true, "properties": {"iothub-app-name": "value"}}]}. A body
 * is Base64 unless {@code base64Encoded} is false; then it is the text itself, in UTF-8. Other members are passed over.
 *
 * <p>Read token by token; where a name comes twice, the last value counts, as among the properties of an MQTT topic.
 */
final class BatchBody {
    private static final int DEPTH_MAX = 8;
    private static final int NUMBER_MAX_CHARS = 100;

    private final JsonParser in;

    private BatchBody(JsonParser in) {
        this.in = in;
    }

    /** @param messagesMax reading stops at the first beyond it, which is among the result */
    static List<TelemetryMessage> read(byte[] body, int messagesMax) throws ServiceFault {
        // No text in it can be longer than it.
        JsonFactory json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH_MAX)
                        .maxNumberLength(NUMBER_MAX_CHARS)
                        .maxNameLength(body.length + 1)
                        .maxStringLength(body.length + 1)
                        .build())
                .build();
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), body)) {
            return new BatchBody(in).messages(messagesMax);
        } catch (JacksonException _) {
            throw malformed("It can't be read as JSON.");
        }
    }

    private List<TelemetryMessage> messages(int max) throws ServiceFault {
        if (in.nextToken() != JsonToken.START_ARRAY) {
            throw malformed("It is no array.");
        }
        List<TelemetryMessage> messages = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            messages.add(message());
            if (messages.size() > max) {
                return messages;
            }
        }
        if (in.nextToken() != null) {
            throw malformed("Something follows the array.");
        }
        return messages;
    }

    private TelemetryMessage message() throws ServiceFault {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw malformed("A message in it is no object.");
        }
        MessageFields fields = new MessageFields();
        String body = null;
        boolean encoded = true;
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            switch (name) {
                case "body" -> body = text("The body of a message");
                case "base64Encoded" -> encoded = truth();
                case "properties" -> properties(fields);
                default -> in.skipChildren();
            }
        }
        return fields.message(bytes(body, encoded));
    }

    private void properties(MessageFields fields) throws ServiceFault {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw malformed("The properties of a message are no object.");
        }
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            fields.add(name, text("A property of a message"));
        }
    }

    private String text(String what) throws ServiceFault {
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            throw malformed(what + " is no text.");
        }
        return in.getString();
    }

    private boolean truth() throws ServiceFault {
        return switch (in.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw malformed("The base64Encoded of a message is neither true nor false.");
        };
    }

    private static byte[] bytes(@Nullable String body, boolean encoded) throws ServiceFault {
        if (body == null) {
            throw malformed("A message has no body.");
        }
        if (!encoded) {
            return body.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(body);
        } catch (IllegalArgumentException _) {
            throw malformed("The body of a message is no Base64, and base64Encoded is not false.");
        }
    }

    private static ServiceFault malformed(String what) {
        return ServiceFault.of(
                ServiceError.FORMAT_ERROR,
                "The batch is not as it has to be. Send an array of objects with body, base64Encoded and properties, whose values"
                        + " are texts. " + what);
    }
}
