package dev.holdfast.tls.peer;

import dev.holdfast.wire.Connection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** For what a connection's handshake was found good enough, beside the name that it was made for. Any thread. */
public final class Admissions {
    private final Set<Object> admitted = ConcurrentHashMap.newKeySet();

    private Admissions() {}

    public static Admissions of(Connection connection) {
        return connection.factOrNew(Admissions.class, Admissions::new);
    }

    public boolean include(Object what) {
        return admitted.contains(what);
    }

    public void add(Object what) {
        admitted.add(what);
    }
}
