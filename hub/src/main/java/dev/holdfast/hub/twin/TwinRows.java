package dev.holdfast.hub.twin;

import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How twins stand in their rows, JSON both: what services write in one, what the device writes in the other, so that neither writes
 * the other's anew. The stamps of a section are listed once and referred to by their place in the list.
 */
final class TwinRows {
    /** Kinds of rows; {@code Registry} deletes them with their device. */
    static final String KIND = "twin";

    static final String KIND_REPORTED = "twin-reported";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String SELF = "$";

    private TwinRows() {}

    /** @param writes how often a service changed it */
    record Written(String generation, String etag, long writes, ObjectNode tags, Section desired) {}

    record Reported(String generation, @Nullable String modelId, Section reported) {}

    static Written written(Table.Row row) {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree(row.value());
            return new Written(
                    json.required("generation").stringValue(),
                    json.required("etag").stringValue(),
                    json.required("writes").longValue(),
                    (ObjectNode) json.required("tags"),
                    section((ObjectNode) json.required("desired")));
        } catch (JacksonException | ClassCastException e) {
            throw unreadable(row, e);
        }
    }

    static Reported reported(Table.Row row) {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree(row.value());
            JsonNode modelId = json.required("modelId");
            return new Reported(
                    json.required("generation").stringValue(),
                    modelId.isNull() ? null : modelId.stringValue(),
                    section((ObjectNode) json.required("reported")));
        } catch (JacksonException | ClassCastException e) {
            throw unreadable(row, e);
        }
    }

    private static StoreException unreadable(Table.Row row, Exception cause) {
        return new StoreException("the row of the twin of '" + row.key() + "' can't be read", cause);
    }

    static byte[] bytes(Written twin) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("generation", twin.generation())
                .put("etag", twin.etag())
                .put("writes", twin.writes());
        json.set("tags", twin.tags());
        json.set("desired", json(twin.desired()));
        return JSON.writeValueAsBytes(json);
    }

    static byte[] bytes(Reported twin) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("generation", twin.generation())
                .put("modelId", twin.modelId());
        json.set("reported", json(twin.reported()));
        return JSON.writeValueAsBytes(json);
    }

    private static ObjectNode json(Section section) {
        Map<Stamp, Integer> places = new LinkedHashMap<>();
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", section.version());
        json.set("values", section.values());
        json.set("updates", updates(section.updates(), places));
        ArrayNode stamps = json.putArray("stamps");
        places.keySet().forEach(stamp -> stamps.add(stamp.time().toEpochMilli()).add(stamp.version()));
        return json;
    }

    private static JsonNode updates(Updates updates, Map<Stamp, Integer> places) {
        Integer place = places.computeIfAbsent(updates.stamp(), _ -> places.size());
        if (updates.below().isEmpty()) {
            return JsonNodeFactory.instance.numberNode(place);
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode().put(SELF, place);
        updates.below().forEach((key, below) -> json.set(key, updates(below, places)));
        return json;
    }

    private static Section section(ObjectNode json) {
        ArrayNode numbers = (ArrayNode) json.required("stamps");
        List<Stamp> stamps = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i += 2) {
            stamps.add(new Stamp(
                    Instant.ofEpochMilli(numbers.get(i).longValue()),
                    numbers.get(i + 1).longValue()));
        }
        return new Section(
                json.required("version").longValue(),
                (ObjectNode) json.required("values"),
                updates(json.required("updates"), stamps));
    }

    private static Updates updates(JsonNode json, List<Stamp> stamps) {
        if (!(json instanceof ObjectNode object)) {
            return Updates.none(stamps.get(json.intValue()));
        }
        Map<String, Updates> below = new LinkedHashMap<>();
        object.properties().forEach(property -> {
            if (!property.getKey().equals(SELF)) {
                below.put(property.getKey(), updates(property.getValue(), stamps));
            }
        });
        return new Updates(stamps.get(object.required(SELF).intValue()), below);
    }
}
