package dev.holdfast.hub.twin.digital;

import dev.holdfast.hub.twin.DesiredRule;
import dev.holdfast.hub.twin.MergePatch;
import dev.holdfast.hub.twin.Twin;
import dev.holdfast.hub.twin.TwinReader;
import dev.holdfast.hub.twin.TwinRefusal;
import dev.holdfast.hub.twin.TwinRefusal.PatchTargetDiffers;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a JSON patch of a digital twin does to desired properties. The operations are done one after the other on a copy; what they
 * touched becomes one merge patch, so that the version of a property rises when it is written, with the same value too, and others keep
 * theirs.
 *
 * @param reader judges names, values and sizes, as of every change of a twin
 */
record PatchRule(List<Operation> operations, TwinReader reader) implements DesiredRule {
    PatchRule {
        operations = List.copyOf(operations);
    }

    @Override
    public Outcome of(Twin twin) {
        Change change = new Change(twin.desired().values(), twin.reported().values());
        for (Operation operation : operations) {
            TwinRefusal fault = change.apply(operation);
            if (fault != null) {
                return new Outcome.Refused(fault);
            }
        }
        ObjectNode patch = change.patch();
        if (patch.isEmpty()) {
            return new Outcome.Nothing();
        }
        return switch (reader.read(patch)) {
            case TwinReader.Read.Content(var content) -> new Outcome.Merge(content);
            case TwinReader.Read.Refused(var why) -> new Outcome.Refused(why);
        };
    }

    /** Desired properties being changed. */
    private static final class Change {
        private final ObjectNode before;
        private final ObjectNode after;
        private final ObjectNode reported;

        /** By name of a component or property: the properties of the component that were written or removed. */
        private final Map<String, Set<String>> touched = new LinkedHashMap<>();

        Change(ObjectNode desired, ObjectNode reported) {
            this.before = desired;
            this.after = desired.deepCopy();
            this.reported = reported;
        }

        @Nullable
        TwinRefusal apply(Operation operation) {
            String name = operation.target().name();
            String property = operation.target().property();
            boolean component = Component.is(after.get(name)) || Component.is(reported.get(name));
            boolean known = after.has(name) || reported.has(name);
            boolean takenForComponent = property != null || operation instanceof Operation.PutComponent;
            boolean takenForProperty = property == null && operation instanceof Operation.PutProperty;
            if ((takenForComponent && known && !component) || (takenForProperty && component)) {
                return new PatchTargetDiffers(operation.number(), name, component);
            }
            Set<String> properties = touched.computeIfAbsent(name, _ -> new LinkedHashSet<>());
            switch (operation) {
                case Operation.PutProperty put -> {
                    if (property == null) {
                        after.set(name, put.value());
                    } else {
                        component(name).set(property, put.value());
                        properties.add(property);
                    }
                }
                case Operation.PutComponent put -> {
                    properties.addAll(component(name).propertyNames());
                    properties.addAll(put.properties().propertyNames());
                    if (put.properties().isEmpty()) {
                        after.remove(name);
                    } else {
                        after.set(name, Component.empty().setAll(put.properties()));
                    }
                }
                case Operation.Remove _ -> remove(name, property, properties);
            }
            return null;
        }

        /** The component as it is desired, made where it is not. */
        private ObjectNode component(String name) {
            ObjectNode now = after.get(name) instanceof ObjectNode object ? object : after.putObject(name);
            return now.setAll(Component.empty());
        }

        /** What is not there is gone already: a device may report what nobody desired. */
        private void remove(String name, @Nullable String property, Set<String> properties) {
            if (property == null) {
                if (after.get(name) instanceof ObjectNode object) {
                    properties.addAll(object.propertyNames());
                }
                after.remove(name);
            } else if (after.get(name) instanceof ObjectNode component) {
                component.remove(property);
                properties.add(property);
                if (component.propertyNames().stream().allMatch(Component.MARK::equals)) {
                    after.remove(name);
                }
            }
        }

        ObjectNode patch() {
            ObjectNode patch = JsonNodeFactory.instance.objectNode();
            touched.forEach((name, properties) -> {
                JsonNode old = before.get(name);
                JsonNode now = after.get(name);
                if (now == null) {
                    if (old != null) {
                        patch.putNull(name);
                    }
                } else if (Component.is(now) && old instanceof ObjectNode component) {
                    ObjectNode changed = changed(component, (ObjectNode) now, properties);
                    if (!changed.isEmpty()) {
                        patch.set(name, changed.setAll(Component.empty()));
                    }
                } else {
                    patch.set(name, written(old, now));
                }
            });
            return patch;
        }

        private static ObjectNode changed(ObjectNode before, ObjectNode after, Set<String> properties) {
            ObjectNode patch = JsonNodeFactory.instance.objectNode();
            for (String property : properties) {
                JsonNode old = before.get(property);
                JsonNode now = after.get(property);
                if (now != null) {
                    patch.set(property, written(old, now));
                } else if (old != null) {
                    patch.putNull(property);
                }
            }
            return patch;
        }

        /** What merges to exactly the new value. */
        private static JsonNode written(@Nullable JsonNode before, JsonNode after) {
            return before instanceof ObjectNode old && after instanceof ObjectNode object
                    ? MergePatch.replacement(old, object)
                    : after;
        }
    }
}
