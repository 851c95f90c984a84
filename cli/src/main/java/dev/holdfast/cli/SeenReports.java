package dev.holdfast.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** The ids of reports that were printed; the oldest are forgotten. */
final class SeenReports {
    private final Map<String, Boolean> ids;

    SeenReports(int max) {
        ids = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > max;
            }
        };
    }

    /** Whether it was not there. */
    boolean add(String id) {
        return ids.put(id, true) == null;
    }
}
