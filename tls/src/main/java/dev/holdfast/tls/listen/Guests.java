package dev.holdfast.tls.listen;

import dev.holdfast.base.BoundedMap;
import dev.holdfast.base.Limits;
import dev.holdfast.base.Source;
import java.util.HashMap;
import java.util.Map;

/**
 * Who has sockets open, and whether there is room for one more, in all and for its source. Any thread.
 *
 * <p>Memory is bounded: a source is held while it has a socket open, and of those that were told about the last ones are
 * remembered.
 */
public final class Guests {
    /** What became of a socket that asked to be let in. */
    public enum Answer {
        WELCOME,
        /** Turned away, and nobody has been told since there was room. */
        FULL,
        /** As {@link #FULL}, and it has been told. */
        STILL_FULL,
        /** Its source has its share; nobody has been told lately. */
        OVER_SHARE,
        /** As {@link #OVER_SHARE}, and it has been told. */
        STILL_OVER_SHARE
    }

    private final Limits.Sockets limits;
    private final Map<Source, Integer> openOf = new HashMap<>();
    private final Map<Source, Long> toldAtNanos;
    private int open;
    private boolean fullTold;

    public Guests(Limits.Sockets limits) {
        this.limits = limits;
        toldAtNanos = BoundedMap.ofNewest(limits.toldMax());
    }

    /** Counts a socket in, unless there is no room for it. */
    public synchronized Answer enter(Source source, long nowNanos) {
        int already = openOf.getOrDefault(source, 0);
        // The share first: who has used it up is no reason to tell that the whole house is full.
        if (already >= limits.perAddressMax()) {
            return isToldLately(source, nowNanos) ? Answer.STILL_OVER_SHARE : Answer.OVER_SHARE;
        }
        if (open >= limits.openMax()) {
            boolean told = fullTold;
            fullTold = true;
            return told ? Answer.STILL_FULL : Answer.FULL;
        }
        open++;
        openOf.put(source, already + 1);
        return Answer.WELCOME;
    }

    private boolean isToldLately(Source source, long nowNanos) {
        Long told = toldAtNanos.get(source);
        if (told != null && nowNanos - told < limits.toldEvery().toNanos()) {
            return true;
        }
        // Taken out first, so that it becomes the youngest.
        toldAtNanos.remove(source);
        toldAtNanos.put(source, nowNanos);
        return false;
    }

    /** A socket that was welcome is closed. */
    public synchronized void leave(Source source) {
        openOf.computeIfPresent(source, (_, count) -> count == 1 ? null : count - 1);
        open--;
        // Not at the first free place: at the brink it would be told again with every client.
        if (open < limits.openMax() - limits.openMax() / 10) {
            fullTold = false;
        }
    }

    synchronized int open() {
        return open;
    }

    /** How many sources have a socket open. */
    synchronized int sources() {
        return openOf.size();
    }
}
