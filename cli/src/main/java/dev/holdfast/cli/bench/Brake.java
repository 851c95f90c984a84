package dev.holdfast.cli.bench;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Holds publishers back while too much is acknowledged and not delivered yet. A hub acknowledges what is on disk, long before a slow
 * reader has read it; what a message costs with its delivery shows only when as much is delivered as is acknowledged.
 *
 * <p>Any thread.
 */
final class Brake {
    /** Fewer, and a publisher could come to hold after the last delivery that would have let it go. */
    static final int BACKLOG_MIN = 1000;

    private static final int LOOK_EVERY = 64;

    private final Deliveries deliveries;
    private final long backlogMax;
    private final Queue<Publisher> held = new ConcurrentLinkedQueue<>();

    /** @param backlogMax acknowledged and not delivered; 0 to hold nobody back */
    Brake(Deliveries deliveries, long backlogMax) {
        this.deliveries = deliveries;
        this.backlogMax = backlogMax;
    }

    /** Whether this publisher must wait; it is poked when it may go on. */
    boolean holds(Publisher publisher) {
        if (backlogMax == 0 || deliveries.backlog() <= backlogMax) {
            return false;
        }
        held.add(publisher);
        return true;
    }

    /** A message came out; called by the reader for each. */
    void delivered() {
        if (deliveries.deliveredCount() % LOOK_EVERY == 0
                && !held.isEmpty()
                && deliveries.backlog() <= backlogMax / 2) {
            Publisher next = held.poll();
            while (next != null) {
                next.poke();
                next = held.poll();
            }
        }
    }
}
