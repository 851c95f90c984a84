package dev.holdfast.hub.twin;

import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How twins are counted: keys and texts with their bytes in UTF-8, numbers with 8, booleans and nulls with 4. What would count
 * nothing (an empty text, array or object) counts 1, so that a limit in bytes also bounds how many there are.
 */
final class TwinSize {
    static final int NUMBER = 8;
    static final int WORD = 4;
    static final int EMPTY = 1;

    private TwinSize() {}

    static int of(JsonNode value) {
        return switch (value) {
            case ObjectNode object -> {
                int size = object.isEmpty() ? EMPTY : 0;
                for (var property : object.properties()) {
                    size += bytes(property.getKey()) + of(property.getValue());
                }
                yield size;
            }
            case ArrayNode array -> {
                int size = array.isEmpty() ? EMPTY : 0;
                for (JsonNode element : array) {
                    size += of(element);
                }
                yield size;
            }
            default -> {
                if (value.isString()) {
                    yield Math.max(EMPTY, bytes(value.stringValue()));
                }
                yield value.isNumber() ? NUMBER : WORD;
            }
        };
    }

    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
