package dev.holdfast.insight.fleet;

import dev.holdfast.tls.hello.HelloShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The shapes of hello that devices of the fleet have, each once. A new one is turned away while there are too many. Any thread. */
final class Shapes {
    private final int max;
    private final Map<HelloShape, KnownShape> known = new ConcurrentHashMap<>();
    private final Map<String, KnownShape> byId = new ConcurrentHashMap<>();
    private final Set<String> unwritten = ConcurrentHashMap.newKeySet();

    Shapes(int max) {
        this.max = max;
    }

    /** The one that is kept; null when there is no room for it. */
    @Nullable
    KnownShape keep(HelloShape shape) {
        KnownShape kept = known.get(shape);
        if (kept != null) {
            return kept;
        }
        if (isFull()) {
            return null;
        }
        KnownShape made = KnownShape.of(shape);
        add(made);
        unwritten.add(made.id());
        return made;
    }

    /** One that is stored already. */
    void add(KnownShape shape) {
        known.put(shape.shape(), shape);
        byId.put(shape.id(), shape);
    }

    Optional<KnownShape> find(@Nullable String id) {
        return id == null ? Optional.empty() : Optional.ofNullable(byId.get(id));
    }

    boolean isFull() {
        return byId.size() >= max;
    }

    /** Those to be stored, and from now on taken for stored. */
    List<KnownShape> takeUnwritten() {
        List<KnownShape> taken = new ArrayList<>();
        unwritten.removeIf(id -> {
            find(id).ifPresent(taken::add);
            return true;
        });
        return taken;
    }

    void giveBack(List<KnownShape> shapes) {
        shapes.forEach(shape -> unwritten.add(shape.id()));
    }

    /**
     * Forgets those that no device has.
     *
     * @return their ids
     */
    List<String> keepOnly(Set<String> used) {
        List<String> gone = new ArrayList<>();
        known.values().removeIf(shape -> {
            boolean unused = !used.contains(shape.id());
            if (unused) {
                byId.remove(shape.id());
                gone.add(shape.id());
            }
            return unused;
        });
        return gone;
    }
}
