package dev.holdfast.base;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that forgets its eldest entry when another one would be too many. As other maps, it is for one thread at a time. */
public final class BoundedMap<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1;

    private final int max;

    private BoundedMap(int max, boolean byUse) {
        super(16, 0.75f, byUse);
        this.max = max;
    }

    /**
     * The eldest is the one that was put first; to put its key again does not change that.
     *
     * @param max how many entries it holds; with 0 it forgets each at once
     */
    public static <K, V> Map<K, V> ofNewest(int max) {
        return new BoundedMap<>(max, false);
    }

    /**
     * The eldest is the one that nobody has put or got for longest.
     *
     * @param max as in {@link #ofNewest}
     */
    public static <K, V> Map<K, V> ofLastUsed(int max) {
        return new BoundedMap<>(max, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > max;
    }
}
