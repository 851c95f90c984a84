package dev.holdfast.hub.command;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** Tells JSON from what is not, without building anything of it. */
final class JsonText {
    private static final int NUMBER_MAX_CHARS = 1000;

    private final JsonFactory json;

    /** @param maxChars of a text or name in it */
    JsonText(int depthMax, int maxChars) {
        json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(depthMax)
                        .maxNumberLength(NUMBER_MAX_CHARS)
                        .maxNameLength(maxChars)
                        .maxStringLength(maxChars)
                        .build())
                .build();
    }

    /** Whether this is one JSON value and nothing else. */
    boolean isValue(String text) {
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), text)) {
            if (in.nextToken() == null) {
                return false;
            }
            in.skipChildren();
            in.finishToken();
            return in.nextToken() == null;
        } catch (JacksonException malformed) {
            return false;
        }
    }

    /** One JSON value in UTF-8; empty when it is none. */
    Optional<String> read(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return isValue(text) ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }
}
