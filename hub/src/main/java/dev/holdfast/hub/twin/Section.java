package dev.holdfast.hub.twin;

import java.time.Instant;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Desired or reported properties at one version.
 *
 * @param values not to be changed
 */
public record Section(long version, ObjectNode values, Updates updates) {
    /** Of a twin that nobody wrote yet. */
    static final Section NEW =
            new Section(1, JsonNodeFactory.instance.objectNode(), Updates.none(new Stamp(TwinTime.NEVER, 0)));

    /** The next version. */
    Section changed(SectionChange change, Instant now) {
        Stamp stamp = new Stamp(now, version + 1);
        return switch (change) {
            case SectionChange.Merge(var content) -> {
                ObjectNode next = values.deepCopy();
                Updates merged = updates.merge(next, content.json(), stamp);
                yield new Section(version + 1, next, merged);
            }
            case SectionChange.Replace(var content) -> {
                ObjectNode next = JsonNodeFactory.instance.objectNode();
                Updates merged = Updates.none(stamp).merge(next, content.json(), stamp);
                yield new Section(version + 1, next, merged);
            }
        };
    }

    /** As devices read it. */
    ObjectNode withVersion() {
        return values.deepCopy().put("$version", version);
    }

    /** As services read it: with {@code $metadata} and {@code $version}. */
    public ObjectNode withMetadata() {
        ObjectNode json = values.deepCopy();
        json.set("$metadata", updates.json());
        return json.put("$version", version);
    }
}
