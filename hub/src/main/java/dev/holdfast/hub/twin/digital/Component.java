package dev.holdfast.hub.twin.digital;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** How device twins mark a component: an object with {@code "__t": "c"} beside its properties. */
final class Component {
    static final String MARK = "__t";
    private static final String MARKED = "c";

    private Component() {}

    static boolean is(@Nullable JsonNode value) {
        return value instanceof ObjectNode object
                && MARKED.equals(object.path(MARK).stringValue(null));
    }

    /** One without properties. */
    static ObjectNode empty() {
        return JsonNodeFactory.instance.objectNode().put(MARK, MARKED);
    }
}
