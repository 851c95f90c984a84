package dev.holdfast.hub.twin;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tags or properties as a client sent them, checked by {@link TwinReader}: names, texts, numbers and depth are such as a twin may
 * have. A null says that a property is to go.
 */
public final class TwinContent {
    static final TwinContent NOTHING = new TwinContent(JsonNodeFactory.instance.objectNode());

    private final ObjectNode json;

    TwinContent(ObjectNode json) {
        this.json = json;
    }

    /** Not to be changed. */
    ObjectNode json() {
        return json;
    }
}
