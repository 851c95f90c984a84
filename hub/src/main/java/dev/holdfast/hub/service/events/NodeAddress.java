package dev.holdfast.hub.service.events;

import dev.holdfast.base.PercentDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a link address means. Clients write a path or a whole URI, with or without a slash in front; fixed words are compared
 * without case, as Event Hubs does.
 */
sealed interface NodeAddress {
    int MAX_CHARS = 1024;

    /** Where tokens are put. */
    record Cbs() implements NodeAddress {}

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

    /**
     * Something below {@code devices/…}, where devices send and receive.
     *
     * @param device with its module where one is named
     */
    record OfDevice(String device) implements NodeAddress {}

    /** Nothing of ours, or no address at all. */
    record Unknown(String text) implements NodeAddress {}

    static NodeAddress parse(@Nullable String address) {
        if (address == null || address.length() > MAX_CHARS) {
            return new Unknown(address == null ? "" : address.substring(0, 64) + "…");
        }
        List<String> path = segments(address);
        if (path == null) {
            return new Unknown(address);
        }
        if (path.size() == 1 && path.getFirst().equalsIgnoreCase("$cbs")) {
            return new Cbs();
        }
        if (isManagement(path)) {
            return new Management(null);
        }
        if (path.size() > 2
                && path.get(0).equalsIgnoreCase("messages")
                && path.get(1).equalsIgnoreCase("events")) {
            List<String> below = path.subList(2, path.size());
            return isManagement(below) || isPartition(below) ? new HubEvents(List.copyOf(below)) : new Unknown(address);
        }
        if (path.size() > 2 && path.getFirst().equalsIgnoreCase("devices")) {
            boolean module = path.size() > 4 && path.get(2).equalsIgnoreCase("modules");
            return new OfDevice(module ? path.get(1) + "/" + path.get(3) : path.get(1));
        }
        List<String> below = path.isEmpty() ? path : path.subList(1, path.size());
        if (isManagement(below)) {
            return new Management(path.getFirst());
        }
        return isPartition(below) ? new Partition(path.getFirst(), below.get(1), below.get(3)) : new Unknown(address);
    }

    private static boolean isManagement(List<String> path) {
        return path.size() == 1 && path.getFirst().equalsIgnoreCase("$management");
    }

    private static boolean isPartition(List<String> path) {
        return path.size() == 4
                && path.get(0).equalsIgnoreCase("ConsumerGroups")
                && path.get(2).equalsIgnoreCase("Partitions");
    }

    private static @Nullable List<String> segments(String address) {
        int scheme = address.indexOf("://");
        String path = address;
        if (scheme >= 0) {
            int slash = address.indexOf('/', scheme + 3);
            path = slash < 0 ? "" : address.substring(slash);
        }
        List<String> segments = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            if (!segment.isEmpty()) {
                Optional<String> decoded = PercentDecoder.decode(segment);
                if (decoded.isEmpty()) {
                    return null;
                }
                segments.add(decoded.get());
            }
        }
        return segments;
    }
}
