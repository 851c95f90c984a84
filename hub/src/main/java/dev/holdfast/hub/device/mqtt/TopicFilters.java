package dev.holdfast.hub.device.mqtt;

import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.Identity;
import java.util.Set;

/**
 * What one identity may subscribe to: a closed list of filters, compared literally. The hub never matches a topic
 * against a filter, so no wildcard reaches further than its line in this list.
 */
final class TopicFilters {
    private final Set<String> own;

    TopicFilters(Identity identity) {
        ModuleId module = identity.module();
        String root = "devices/" + identity.device();
        own = module == null
                ? Set.of(
                        root + "/messages/devicebound/#",
                        "$iothub/methods/POST/#",
                        "$iothub/twin/res/#",
                        "$iothub/twin/PATCH/properties/desired/#",
                        "$iothub/credentials/res/#")
                : Set.of(
                        root + "/modules/" + module + "/#",
                        root + "/modules/" + module + "/inputs/#",
                        root + "/modules/" + module + "/messages/devicebound/#",
                        "$iothub/methods/POST/#",
                        "$iothub/twin/res/#",
                        "$iothub/twin/PATCH/properties/desired/#",
                        "$iothub/credentials/res/#");
    }

    boolean allow(String filter) {
        return own.contains(filter);
    }
}
