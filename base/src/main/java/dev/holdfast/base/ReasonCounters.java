package dev.holdfast.base;

import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts refusals by reason. Every reason of the list is there from the start, with 0, so that an alert can be written before the
 * first one. Any thread.
 */
public final class ReasonCounters {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /** @param refusals a sealed type whose cases are named as their reasons; one that carries a case of another such type has its reason */
    public ReasonCounters(Class<?> refusals) {
        for (Class<?> each : refusals.getPermittedSubclasses()) {
            Class<?> carried = carried(each);
            for (Class<?> named : carried == null ? new Class<?>[] {each} : carried.getPermittedSubclasses()) {
                counts.put(named.getSimpleName(), new LongAdder());
            }
        }
    }

    private static @Nullable Class<?> carried(Class<?> refusal) {
        RecordComponent[] parts = refusal.getRecordComponents();
        return parts != null && parts.length == 1 && parts[0].getType().isSealed() ? parts[0].getType() : null;
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
