package dev.holdfast.hub.device.http;

import dev.holdfast.wire.Connection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Who has been let in on one connection, so that each is told of once: what is known of a device's connections counts handshakes, and a
 * request is none. The devices behind a gateway that keeps one connection for all of them are remembered up to a bound; one that was
 * silent for longer than so many others is told of again. Any thread.
 */
final class KnownCallers {
    private static final int MAX = 100;

    private final Set<String> known = Collections.newSetFromMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MAX;
        }
    });

    static KnownCallers on(Connection connection) {
        return connection.factOrNew(KnownCallers.class, KnownCallers::new);
    }

    /** Whether this one is new. */
    synchronized boolean add(String caller) {
        return known.add(caller);
    }
}
