package dev.holdfast.hub.twin;

import dev.holdfast.hub.identity.Identity;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The twin of an identity at one moment. Its JSON is not to be changed.
 *
 * @param generation of the identity
 * @param etag changes with tags and desired properties, not with what the device reports: a service that changes what it read is
 *     not stopped by a device that talks
 * @param version 1 for a new twin, one more with every change
 * @param modelId the digital-twin model that the identity announced last; null when it never did
 */
public record Twin(
        Identity identity,
        String generation,
        String etag,
        long version,
        @Nullable String modelId,
        ObjectNode tags,
        Section desired,
        Section reported) {

    /** As its device reads it: {@code {"desired":{…,"$version":1},"reported":{…,"$version":1}}}. */
    public ObjectNode forDevice() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("desired", desired.withVersion());
        json.set("reported", reported.withVersion());
        return json;
    }
}
