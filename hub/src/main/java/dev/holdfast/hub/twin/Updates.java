package dev.holdfast.hub.twin;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * When an object and each property in it was updated last. Arrays have no entries of their own inside.
 *
 * @param below by key, for each property that there is
 */
record Updates(Stamp stamp, Map<String, Updates> below) {
    Updates {
        below = Collections.unmodifiableMap(new LinkedHashMap<>(below));
    }

    static Updates none(Stamp stamp) {
        return new Updates(stamp, Map.of());
    }

    /**
     * Merges a patch as RFC 7396 has it and says what that updated.
     *
     * @param into changed in place
     */
    Updates merge(ObjectNode into, ObjectNode patch, Stamp now) {
        Map<String, Updates> next = new LinkedHashMap<>(below);
        patch.properties().forEach(property -> {
            String key = property.getKey();
            JsonNode value = property.getValue();
            if (value.isNull()) {
                into.remove(key);
                next.remove(key);
            } else if (value instanceof ObjectNode object) {
                boolean goesOn = into.get(key) instanceof ObjectNode;
                ObjectNode child = goesOn ? (ObjectNode) into.get(key) : into.putObject(key);
                Updates before = goesOn ? next.getOrDefault(key, none(now)) : none(now);
                next.put(key, before.merge(child, object, now));
            } else {
                into.set(key, value);
                next.put(key, none(now));
            }
        });
        return new Updates(now, next);
    }

    /** As {@link #json}, of what a patch names and is still there. */
    ObjectNode json(ObjectNode patch) {
        ObjectNode json = own();
        patch.properties().forEach(property -> {
            Updates updates = below.get(property.getKey());
            if (updates != null) {
                json.set(
                        property.getKey(),
                        property.getValue() instanceof ObjectNode object ? updates.json(object) : updates.json());
            }
        });
        return json;
    }

    /** As services read it, under {@code $metadata}. */
    ObjectNode json() {
        ObjectNode json = own();
        below.forEach((key, updates) -> json.set(key, updates.json()));
        return json;
    }

    private ObjectNode own() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("$lastUpdated", TwinTime.print(stamp.time()));
        if (stamp.version() > 0) {
            json.put("$lastUpdatedVersion", stamp.version());
        }
        return json;
    }
}
