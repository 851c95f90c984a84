package dev.holdfast.hub.command;

import dev.holdfast.hub.link.DeviceLink;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one identity, without the messages themselves: their order, when they expire, who holds which. Only with its
 * {@link #turn}.
 */
final class MessageQueue {
    /** Held while rows of this queue are written as well, so that memory and disk say the same. */
    final ReentrantLock turn = new ReentrantLock();

    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private String generation = "";
    private boolean retired;

    /** A message that waits. */
    static final class Entry {
        final long sequence;
        final Instant expires;
        final FeedbackWanted wanted;
        private @Nullable Lock lock;

        Entry(long sequence, Instant expires, FeedbackWanted wanted) {
            this.sequence = sequence;
            this.expires = expires;
            this.wanted = wanted;
        }

        /** Gives it out under a new lock. */
        UUID lock(@Nullable DeviceLink holder, @Nullable Instant until) {
            Lock now = new Lock(UUID.randomUUID(), holder, until);
            lock = now;
            return now.id;
        }

        /** @param connected the connection that the identity has now */
        boolean isHeld(Instant now, @Nullable DeviceLink connected) {
            return lock != null && lock.holds(now, connected);
        }

        void release() {
            lock = null;
        }

        /** Lets go of a lock that does not hold any more; false when there was none. */
        boolean releaseLapsed(Instant now, @Nullable DeviceLink connected) {
            boolean lapsed = lock != null && !lock.holds(now, connected);
            if (lapsed) {
                lock = null;
            }
            return lapsed;
        }
    }

    /**
     * @param holder the connection that has the message; null when it was asked for over HTTPS
     * @param until null as long as the connection lasts
     */
    private record Lock(
            UUID id, @Nullable DeviceLink holder, @Nullable Instant until) {
        /** A lock of a connection ends with it, so that a newer connection is given everything and the older one settles nothing. */
        boolean holds(Instant now, @Nullable DeviceLink connected) {
            return (until == null || until.isAfter(now)) && (holder == null || holder.equals(connected));
        }
    }

    /** Whether it was taken out of the hub's queues, being empty; then another one is in its place. */
    boolean isRetired() {
        return retired;
    }

    void retire() {
        retired = true;
    }

    /**
     * Says whose messages these are; those of an earlier generation were deleted with it.
     *
     * @return how many are gone
     */
    int belongTo(String now) {
        if (generation.equals(now)) {
            return 0;
        }
        int gone = entries.size();
        entries.clear();
        generation = now;
        return gone;
    }

    void load(String ofGeneration, Entry entry) {
        generation = ofGeneration;
        entries.put(entry.sequence, entry);
    }

    void add(Entry entry) {
        entries.put(entry.sequence, entry);
    }

    /** How many wait for an identity of this generation. */
    int size(String ofGeneration) {
        return generation.equals(ofGeneration) ? entries.size() : 0;
    }

    int size() {
        return entries.size();
    }

    /** In the order in which they came. The list is the caller's own. */
    List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    @Nullable
    Entry find(UUID lock) {
        for (Entry entry : entries.values()) {
            if (entry.lock != null && entry.lock.id.equals(lock)) {
                return entry;
            }
        }
        return null;
    }

    void remove(Collection<Entry> gone) {
        gone.forEach(entry -> entries.remove(entry.sequence));
    }
}
