package dev.holdfast.hub.twin;

import dev.holdfast.base.ModuleId;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is told of a change of a twin: of an update its patch, with when the parts that it names were updated; of a replacement the whole
 * twin.
 *
 * @param operation {@code updateTwin} or {@code replaceTwin}
 * @param body JSON
 */
public record TwinNotification(String operation, String body) {
    /** A body beyond this is told without {@code $metadata}, which is many times what it describes: Event Hubs has messages of 1 MB at most. */
    private static final int WITH_METADATA_MAX_BYTES = 256 * 1024;

    private static final String METADATA = "$metadata";

    /** The twin as a whole, as it is told of when its identity comes or goes, too. */
    public static String whole(Twin twin) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("deviceId", twin.identity().device().value());
        ModuleId module = twin.identity().module();
        if (module != null) {
            json.put("moduleId", module.value());
        }
        json.put("etag", twin.etag()).put("version", twin.version());
        if (!twin.tags().isEmpty()) {
            json.set("tags", twin.tags());
        }
        ObjectNode properties = json.putObject("properties");
        properties.set("desired", twin.desired().withMetadata());
        properties.set("reported", twin.reported().withMetadata());
        return bounded(json);
    }

    /**
     * A service changed tags, desired properties or both.
     *
     * @param after the twin as it is then
     */
    static TwinNotification written(Twin after, @Nullable SectionChange tags, @Nullable SectionChange desired) {
        if (tags instanceof SectionChange.Replace || desired instanceof SectionChange.Replace) {
            return new TwinNotification("replaceTwin", whole(after));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", after.version());
        if (tags instanceof SectionChange.Merge(var content)) {
            json.set("tags", content.json());
        }
        if (desired instanceof SectionChange.Merge(var content)) {
            json.putObject("properties").set("desired", patch(after.desired(), content));
        }
        return new TwinNotification("updateTwin", bounded(json));
    }

    /** A device reported. */
    static TwinNotification reported(Twin after, TwinContent content) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", after.version());
        json.putObject("properties").set("reported", patch(after.reported(), content));
        return new TwinNotification("updateTwin", bounded(json));
    }

    private static ObjectNode patch(Section after, TwinContent content) {
        ObjectNode json = content.json().deepCopy();
        json.set(METADATA, after.updates().json(content.json()));
        return json.put("$version", after.version());
    }

    private static String bounded(ObjectNode json) {
        String whole = json.toString();
        if (whole.getBytes(StandardCharsets.UTF_8).length <= WITH_METADATA_MAX_BYTES) {
            return whole;
        }
        json.path("properties").forEach(section -> ((ObjectNode) section).remove(METADATA));
        return json.toString();
    }
}
