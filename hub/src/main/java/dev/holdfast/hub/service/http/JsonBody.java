package dev.holdfast.hub.service.http;

import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.twin.TwinReader;
import dev.holdfast.wire.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * Reads bodies: bounded in depth, names, numbers and texts; one value and nothing behind it; no name twice; no type taken for
 * another. Members that nobody asked for are passed over, as clients send much that is the server's own.
 */
final class JsonBody {
    private static final int DEPTH_MAX = 32;
    private static final int NAME_MAX_CHARS = 1024;
    private static final int NUMBER_MAX_CHARS = 100;
    private static final int TEXT_MAX_CHARS = 256 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .maxNameLength(NAME_MAX_CHARS)
                            .maxNumberLength(NUMBER_MAX_CHARS)
                            .maxStringLength(TEXT_MAX_CHARS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    private JsonBody() {}

    static <T> T read(HttpRequest request, Class<T> type) throws ServiceFault {
        return read(request, type, JSON.reader());
    }

    /** @param twins reads the {@link SectionDocument}s in it */
    static <T> T read(HttpRequest request, Class<T> type, TwinReader twins) throws ServiceFault {
        return read(request, type, JSON.reader().withAttribute(TwinReader.class, twins));
    }

    private static <T> T read(HttpRequest request, Class<T> type, ObjectReader reader) throws ServiceFault {
        requireJson(request);
        T value;
        try {
            value = reader.forType(type).readValue(request.body());
        } catch (JacksonException malformed) {
            // Its own message would repeat parts of the body, which may be keys.
            throw ServiceFault.of(
                    ServiceError.FORMAT_ERROR,
                    "The body is not the JSON that is expected here" + place(malformed)
                            + ". Correct it: names may not repeat, and each member has its own type.");
        }
        if (value == null) {
            throw ServiceFault.of(ServiceError.ARGUMENT_NULL, "The body is null. Send a JSON object.");
        }
        return value;
    }

    /** {@code application/json-patch+json} will do, too. */
    static void requireJson(HttpRequest request) throws ServiceFault {
        String contentType = request.header("content-type").orElse("application/json");
        if (!contentType.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw ServiceFault.of(
                    ServiceError.UNSUPPORTED_MEDIA_TYPE, "Send the body as Content-Type: application/json.");
        }
    }

    /** A body as text. */
    static String text(byte[] body) throws ServiceFault {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException _) {
            throw ServiceFault.of(ServiceError.FORMAT_ERROR, "The body is not UTF-8. Send it as JSON in UTF-8.");
        }
    }

    private static String place(JacksonException malformed) {
        TokenStreamLocation location = malformed.getLocation();
        return location == null ? "" : ", at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
