package dev.holdfast.planted.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps state in static fields. */
public final class Counts {
    private static final AtomicLong TOTAL = new AtomicLong();
    private static final ArrayList<String> SEEN = new ArrayList<>();
    private static int calls;

    private Counts() {}

    static long call(String name) {
        calls++;
        SEEN.add(name);
        return TOTAL.incrementAndGet() + calls;
    }

    /** Keeps nothing that changes. */
    static final class Harmless {
        static final int LARGEST = 5;
        static final List<String> NAMES = List.of("a");
        static final Map<String, Integer> SIZES = Map.of("a", 1);

        private Harmless() {}
    }
}
