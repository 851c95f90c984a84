package dev.holdfast.hub.service.events;

import dev.holdfast.hub.amqp.LinkAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a link address means to who reads telemetry. Fixed words are compared without case, as Event Hubs does. */
sealed interface NodeAddress {
    /** @param hub null when the request itself names it */
    record Management(@Nullable String hub) implements NodeAddress {}

    record Partition(String hub, String group, String partition) implements NodeAddress {
        /** Below the hub, as tokens name it. */
        List<String> path() {
            return List.of("ConsumerGroups", group, "Partitions", partition);
        }
    }

    /**
     * A path below {@code messages/events} of a hub's own host: what it holds is read at the Event Hubs-compatible address.
     *
     * @param below as in {@link Partition#path} or {@code $management}
     */
    record HubEvents(List<String> below) implements NodeAddress {}

    /** None of this endpoint's. */
    record Elsewhere() implements NodeAddress {}

    static NodeAddress of(LinkAddress address) {
        List<String> path = address.path();
        if (isManagement(path)) {
            return new Management(null);
        }
        if (path.size() > 2
                && path.get(0).equalsIgnoreCase("messages")
                && path.get(1).equalsIgnoreCase("events")) {
            List<String> below = path.subList(2, path.size());
            return isManagement(below) || isPartition(below) ? new HubEvents(List.copyOf(below)) : new Elsewhere();
        }
        List<String> below = path.isEmpty() ? path : path.subList(1, path.size());
        if (isManagement(below)) {
            return new Management(path.getFirst());
        }
        return isPartition(below) ? new Partition(path.getFirst(), below.get(1), below.get(3)) : new Elsewhere();
    }

    private static boolean isManagement(List<String> path) {
        return path.size() == 1 && path.getFirst().equalsIgnoreCase("$management");
    }

    private static boolean isPartition(List<String> path) {
        return path.size() == 4
                && path.get(0).equalsIgnoreCase("ConsumerGroups")
                && path.get(2).equalsIgnoreCase("Partitions");
    }
}
