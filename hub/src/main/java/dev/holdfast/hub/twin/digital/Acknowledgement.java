package dev.holdfast.hub.twin.digital;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a device reports of a writable property: {@code {"value": …, "ac": 200, "av": 4, "ad": "…"}}.
 *
 * @param value null when the device took the property away
 * @param code as a status of HTTP
 * @param version of the desired properties that it answers; null when it does not say
 */
record Acknowledgement(
        @Nullable JsonNode value,
        JsonNode code,
        @Nullable JsonNode version,
        @Nullable String description) {
    private static final Set<String> MEMBERS = Set.of("value", "ac", "av", "ad");

    /** Reads one; empty when this is the value of a property itself. Only what has nothing else in it counts. */
    static Optional<Acknowledgement> of(JsonNode reported) {
        if (!(reported instanceof ObjectNode object) || !MEMBERS.containsAll(object.propertyNames())) {
            return Optional.empty();
        }
        JsonNode value = object.get("value");
        JsonNode code = object.get("ac");
        JsonNode version = object.get("av");
        boolean complete = code != null && (value != null || version != null);
        if (!complete || !code.isIntegralNumber() || (version != null && !version.isIntegralNumber())) {
            return Optional.empty();
        }
        return Optional.of(
                new Acknowledgement(value, code, version, object.path("ad").stringValue(null)));
    }
}
