package dev.holdfast.hub.device.mqtt;

import dev.holdfast.hub.identity.Identity;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one identity may subscribe to: a closed list of filters, compared literally. The hub never matches a topic
 * against a filter, so no wildcard reaches further than its line in this list.
 */
final class TopicFilters {
    private static final Set<String> OF_EVERYBODY =
            Set.of(HubTopic.METHOD_CALLS, HubTopic.TWIN_ANSWERS, HubTopic.DESIRED_CHANGES, "$iothub/credentials/res/#");

    private final Set<String> own;

    TopicFilters(Identity identity) {
        own = Stream.concat(new MessageTopic(identity).filters().stream(), OF_EVERYBODY.stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean allow(String filter) {
        return own.contains(filter);
    }
}
