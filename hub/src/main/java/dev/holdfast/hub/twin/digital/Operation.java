package dev.holdfast.hub.twin.digital;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One operation of a JSON patch, checked by {@link PatchReader}. */
sealed interface Operation {
    /** Its place in the patch, from 1. */
    int number();

    Target target();

    /** Add and replace are one: either says what is desired, whatever was. */
    record PutProperty(int number, Target target, JsonNode value) implements Operation {}

    /** @param properties all that the component is to have */
    record PutComponent(int number, Target target, ObjectNode properties) implements Operation {}

    /** Of a component, a property of it, or a property of the twin. */
    record Remove(int number, Target target) implements Operation {}

    /**
     * What a path names.
     *
     * @param name of a component, or of a property of the twin itself
     * @param property of the component; null where the path has one name
     */
    record Target(String name, @Nullable String property) {}
}
