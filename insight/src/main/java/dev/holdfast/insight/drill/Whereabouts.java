package dev.holdfast.insight.drill;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where each device of all hubs came from last, so that one is blamed for nothing that another one did. Not safe for several
 * threads.
 */
final class Whereabouts {
    /** @param device its id, or {@code device/module} */
    record Who(String hub, String device) {}

    private final Map<Who, Place> last = new HashMap<>();
    private final Map<Place, Set<Who>> there = new HashMap<>();

    /** A device came from there, and is nowhere else any more. */
    void moved(Who who, Place place) {
        Place before = last.put(who, place);
        if (place.equals(before)) {
            return;
        }
        leave(who, before);
        // Most devices are alone at their place, and a set of one is small.
        there.merge(place, Set.of(who), (some, one) -> {
            Set<Who> all = new HashSet<>(some);
            all.addAll(one);
            return Set.copyOf(all);
        });
    }

    private void leave(Who who, @Nullable Place place) {
        if (place != null) {
            there.computeIfPresent(place, (_, some) -> {
                Set<Who> rest = new HashSet<>(some);
                rest.remove(who);
                return rest.isEmpty() ? null : Set.copyOf(rest);
            });
        }
    }

    void forget(Who who) {
        leave(who, last.remove(who));
    }

    void clear() {
        last.clear();
        there.clear();
    }

    /** Whoever could be meant: who was there last, under that name or, having named none, under any. */
    Set<Who> at(Place place) {
        Set<Who> named = there.getOrDefault(place, Set.of());
        Set<Who> nameless = place.serverName() == null ? Set.of() : there.getOrDefault(place.withoutName(), Set.of());
        if (nameless.isEmpty()) {
            return named;
        }
        Set<Who> all = new HashSet<>(named);
        all.addAll(nameless);
        return all;
    }

    /** The only device that could be meant; null when there are several or none. */
    @Nullable
    Who onlyOne(Place place) {
        Set<Who> some = at(place);
        return some.size() == 1 ? some.iterator().next() : null;
    }
}
