package dev.holdfast.hub.service.http;

import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * A call of a method as services write it. Read token by token, because the payload is passed on as it was written: no number in it
 * changes its form.
 *
 * @param payload JSON
 */
record MethodDocument(
        String method,
        String payload,
        Duration connectTimeout,
        @Nullable Duration responseTimeout) {
    private static final int DEPTH_MAX = 100;
    private static final int TEXT_MAX_CHARS = 1024 * 1024;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxNumberLength(1000)
                    .maxNameLength(TEXT_MAX_CHARS)
                    .maxStringLength(TEXT_MAX_CHARS)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static MethodDocument read(byte[] body) throws ServiceFault {
        String text = JsonBody.text(body);
        try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), text)) {
            return new Reading(text, in).document();
        } catch (JacksonException _) {
            throw ServiceFault.of(
                    ServiceError.FORMAT_ERROR,
                    "The body is not the JSON that is expected here. Send an object with methodName, in which no name comes"
                            + " twice.");
        }
    }

    /** One body being read. */
    private static final class Reading {
        private final String text;
        private final JsonParser in;
        private @Nullable String method;
        private String payload = "null";
        private @Nullable Duration connectTimeout;
        private @Nullable Duration responseTimeout;

        Reading(String text, JsonParser in) {
            this.text = text;
            this.in = in;
        }

        MethodDocument document() throws ServiceFault {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw ServiceFault.of(
                        ServiceError.FORMAT_ERROR, "The body is no JSON object with methodName. Send one.");
            }
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String name = in.currentName();
                in.nextToken();
                member(name);
            }
            if (in.nextToken() != null) {
                throw ServiceFault.of(
                        ServiceError.FORMAT_ERROR, "Something follows the end of the body. Send one object.");
            }
            if (method == null) {
                throw ServiceFault.of(ServiceError.ARGUMENT_NULL, "The body needs a methodName. Send one.");
            }
            return new MethodDocument(
                    method, payload, connectTimeout == null ? Duration.ZERO : connectTimeout, responseTimeout);
        }

        private void member(String name) throws ServiceFault {
            switch (name) {
                case "methodName" -> {
                    if (in.currentToken() != JsonToken.VALUE_STRING) {
                        throw ServiceFault.of(ServiceError.ARGUMENT_INVALID, "The methodName is no text. Send one.");
                    }
                    method = in.getString();
                }
                case "payload" -> payload = value();
                case "connectTimeoutInSeconds" -> connectTimeout = seconds(name);
                case "responseTimeoutInSeconds" -> responseTimeout = seconds(name);
                default -> in.skipChildren();
            }
        }

        private String value() {
            int start = (int) in.currentTokenLocation().getCharOffset();
            in.skipChildren();
            in.finishToken();
            return text.substring(start, (int) in.currentLocation().getCharOffset())
                    .strip();
        }

        private @Nullable Duration seconds(String name) throws ServiceFault {
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return null;
            }
            if (in.currentToken() != JsonToken.VALUE_NUMBER_INT || in.getNumberType() != JsonParser.NumberType.INT) {
                throw ServiceFault.of(
                        ServiceError.ARGUMENT_INVALID, "The " + name + " is no whole number of seconds. Send one.");
            }
            return Duration.ofSeconds(in.getIntValue());
        }
    }
}
