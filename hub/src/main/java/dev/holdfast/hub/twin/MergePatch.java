package dev.holdfast.hub.twin;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What devices are told of a change of desired properties, such that who merges it (RFC 7396) has what the hub has. */
public final class MergePatch {
    private MergePatch() {}

    /** Of a merge: the patch itself. Of a replacement: all that there is now, and a null for what is gone. */
    static ObjectNode of(SectionChange change, ObjectNode before, ObjectNode after) {
        return switch (change) {
            case SectionChange.Merge(var content) -> content.json().deepCopy();
            case SectionChange.Replace _ -> replacement(before, after);
        };
    }

    /** The patch that makes one object of another: all of what is to be, and a null for what is to go. */
    public static ObjectNode replacement(ObjectNode before, ObjectNode after) {
        ObjectNode patch = after.deepCopy();
        before.properties().forEach(property -> {
            JsonNode now = after.get(property.getKey());
            if (now == null) {
                patch.putNull(property.getKey());
            } else if (property.getValue() instanceof ObjectNode old && now instanceof ObjectNode object) {
                patch.set(property.getKey(), replacement(old, object));
            }
        });
        return patch;
    }
}
