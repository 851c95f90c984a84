package dev.holdfast.insight.fleet;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds devices by where they came from and how their hello looks, and by their id in another case. Any thread. */
final class Places {
    /** @param shape its id */
    private record Place(String address, @Nullable String shape) {}

    private final Map<Place, Set<DeviceKey>> byPlace = new HashMap<>();
    /** Only those with capitals: the others are found by their id in small letters. */
    private final Map<DeviceKey, DeviceKey> byLowerCase = new HashMap<>();

    synchronized void moved(@Nullable FleetDevice before, @Nullable FleetDevice now) {
        Place from = before == null ? null : placeOf(before);
        Place to = now == null ? null : placeOf(now);
        if (before != null && from != null && !from.equals(to)) {
            leave(from, before.key());
        }
        if (now != null && to != null && !to.equals(from)) {
            // Most devices are alone at their place, and a set of one is small.
            byPlace.merge(to, Set.of(now.key()), Places::joined);
        }
        if (before == null && now != null) {
            DeviceKey lower = lowerCase(now.key());
            if (!lower.equals(now.key())) {
                byLowerCase.put(lower, now.key());
            }
        } else if (before != null && now == null) {
            byLowerCase.remove(lowerCase(before.key()), before.key());
        }
    }

    private static Set<DeviceKey> joined(Set<DeviceKey> there, Set<DeviceKey> coming) {
        Set<DeviceKey> all = there instanceof HashSet<DeviceKey> growing ? growing : new HashSet<>(there);
        all.addAll(coming);
        return all;
    }

    private void leave(Place place, DeviceKey key) {
        Set<DeviceKey> there = byPlace.get(place);
        if (there instanceof HashSet<DeviceKey> several) {
            several.remove(key);
            if (several.isEmpty()) {
                byPlace.remove(place);
            }
        } else if (there != null && there.contains(key)) {
            byPlace.remove(place);
        }
    }

    private static Place placeOf(FleetDevice device) {
        return new Place(device.address(), device.shape());
    }

    /**
     * The only device that was last seen there with that shape; empty when there are several or none.
     *
     * @param hub of which it must be; null for any
     */
    synchronized Optional<DeviceKey> onlyOne(String address, String shape, @Nullable String hub) {
        List<DeviceKey> there = byPlace.getOrDefault(new Place(address, shape), Set.of()).stream()
                .filter(key -> hub == null || hub.equals(key.hub()))
                .limit(2)
                .toList();
        return there.size() == 1 ? Optional.of(there.getFirst()) : Optional.empty();
    }

    /** One whose id has capitals where the given one may have others. */
    synchronized Optional<DeviceKey> inOtherCase(DeviceKey key) {
        return Optional.ofNullable(byLowerCase.get(lowerCase(key)));
    }

    static DeviceKey lowerCase(DeviceKey key) {
        return new DeviceKey(key.hub(), key.device().toLowerCase(Locale.ROOT));
    }
}
