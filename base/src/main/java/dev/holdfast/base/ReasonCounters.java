package dev.holdfast.base;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts refusals by reason. Every reason of the list is there from the start, with 0, so that an alert can be written before the
 * first one. Any thread.
 */
public final class ReasonCounters {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /** @param refusals a sealed type whose cases are named as their reasons */
    public ReasonCounters(Class<?> refusals) {
        for (Class<?> each : refusals.getPermittedSubclasses()) {
            counts.put(each.getSimpleName(), new LongAdder());
        }
    }

    public void count(String reason) {
        counts.computeIfAbsent(reason, _ -> new LongAdder()).increment();
    }

    /** How often each happened so far. */
    public Map<String, Long> counts() {
        Map<String, Long> sums = new HashMap<>();
        counts.forEach((reason, count) -> sums.put(reason, count.sum()));
        return Map.copyOf(sums);
    }
}
