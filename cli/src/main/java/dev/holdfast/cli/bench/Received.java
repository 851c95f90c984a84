package dev.holdfast.cli.bench;

import org.jspecify.annotations.Nullable;

/** What the reader of a run counts. On the reader's thread, until it has come to rest. */
final class Received {
    private final Deliveries deliveries;
    private final Brake brake;
    private final boolean byIntendedTime;
    private final LatencyHistogram latency = new LatencyHistogram();
    private long inWindow;
    private long sentInWindow;
    private volatile @Nullable Window window;

    /** @param byIntendedTime whether a message belongs to the window in which it was to be sent, or in which it came */
    Received(Deliveries deliveries, Brake brake, boolean byIntendedTime) {
        this.deliveries = deliveries;
        this.brake = brake;
        this.byIntendedTime = byIntendedTime;
    }

    /** Says what is measured; what came before was warm-up. */
    void measure(Window measured) {
        window = measured;
    }

    long run() {
        return deliveries.run();
    }

    void message(int connection, int sequence, long intended) {
        if (!deliveries.delivered(connection, sequence)) {
            return;
        }
        brake.delivered();
        Window measured = window;
        if (measured == null) {
            return;
        }
        long now = System.nanoTime();
        if (measured.contains(now)) {
            inWindow++;
            sentInWindow += measured.contains(intended) ? 1 : 0;
        }
        if (measured.contains(byIntendedTime ? intended : now)) {
            latency.record(now - intended);
        }
    }

    LatencyHistogram latency() {
        return latency;
    }

    /** Came while measured, whenever it was sent. */
    long inWindow() {
        return inWindow;
    }

    /**
     * Sent and came while measured. What was left of the warm-up is not among them, so that a reader who works it off does not
     * seem to keep up.
     */
    long sentInWindow() {
        return sentInWindow;
    }
}
