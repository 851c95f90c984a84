package dev.holdfast.hub.twin.digital;

import dev.holdfast.hub.twin.Twin;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A device twin as services see it through its model: each property with the value that the device reported, and under
 * {@code $metadata} what is desired of it and what the device said to that. What both sides of the twin mark as a component, or one of
 * them does, is an object with a {@code $metadata} of its own.
 */
public final class DigitalTwinView {
    private static final String METADATA = "$metadata";

    private DigitalTwinView() {}

    /** {@code $model} is left out where no device announced one. */
    public static ObjectNode of(Twin twin) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("$dtId", twin.identity().toString());
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        if (twin.modelId() != null) {
            metadata.put("$model", twin.modelId());
        }
        ObjectNode desired = twin.desired().withMetadata();
        ObjectNode reported = twin.reported().withMetadata();
        properties(
                new Side(desired, desired.path(METADATA)), new Side(reported, reported.path(METADATA)), json, metadata);
        json.set(METADATA, metadata);
        return json;
    }

    /** One side of a twin, or of a component in it. */
    private record Side(ObjectNode values, JsonNode updates) {
        boolean hasComponent(String name) {
            return Component.is(values.get(name));
        }

        /** The properties of a component; none where this side has something else under its name. */
        Side below(String name) {
            ObjectNode below =
                    values.get(name) instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
            return new Side(below, updates.path(name));
        }
    }

    private static void properties(Side desired, Side reported, ObjectNode values, ObjectNode metadata) {
        for (String name : names(desired, reported)) {
            if (desired.hasComponent(name) || reported.hasComponent(name)) {
                component(name, desired.below(name), reported.below(name), values);
            } else {
                property(name, desired, reported, values, metadata);
            }
        }
    }

    /** Those of the device first. A name of the hub's own, or the mark of a component, is none. */
    private static Set<String> names(Side desired, Side reported) {
        Set<String> names = new LinkedHashSet<>(reported.values().propertyNames());
        names.addAll(desired.values().propertyNames());
        names.removeIf(name -> name.startsWith("$") || name.equals(Component.MARK));
        return names;
    }

    /** One without properties is not there. Components have none of their own. */
    private static void component(String name, Side desired, Side reported, ObjectNode into) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        names(desired, reported).forEach(property -> property(property, desired, reported, json, metadata));
        if (!metadata.isEmpty()) {
            json.set(METADATA, metadata);
            into.set(name, json);
        }
    }

    private static void property(String name, Side desired, Side reported, ObjectNode values, ObjectNode metadata) {
        ObjectNode about = JsonNodeFactory.instance.objectNode();
        JsonNode wanted = desired.values().get(name);
        if (wanted != null) {
            about.set("desiredValue", wanted);
            about.set("desiredVersion", desired.updates().path(name).path("$lastUpdatedVersion"));
        }
        JsonNode told = reported.values().get(name);
        if (told != null) {
            Optional<Acknowledgement> answer = Acknowledgement.of(told);
            answer.ifPresent(acknowledgement -> acknowledged(acknowledgement, about));
            JsonNode value = answer.map(Acknowledgement::value).orElse(answer.isPresent() ? null : told);
            if (value != null) {
                values.set(name, value);
            }
            about.set("lastUpdateTime", reported.updates().path(name).path("$lastUpdated"));
        }
        metadata.set(name, about);
    }

    private static void acknowledged(Acknowledgement answer, ObjectNode about) {
        if (answer.version() != null) {
            about.set("ackVersion", answer.version());
        }
        about.set("ackCode", answer.code());
        if (answer.description() != null) {
            about.put("ackDescription", answer.description());
        }
    }
}
