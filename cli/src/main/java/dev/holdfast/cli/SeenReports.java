package dev.holdfast.cli;

import dev.holdfast.base.BoundedMap;
import java.util.Map;

/** The ids of reports that were printed; the oldest are forgotten. */
final class SeenReports {
    private final Map<String, Boolean> ids;

    SeenReports(int max) {
        ids = BoundedMap.ofNewest(max);
    }

    /** Whether it was not there. */
    boolean add(String id) {
        return ids.put(id, true) == null;
    }
}
