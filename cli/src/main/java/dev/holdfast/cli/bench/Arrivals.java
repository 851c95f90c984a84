package dev.holdfast.cli.bench;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What devices were sent, by number, until it comes. Any thread. */
final class Arrivals {
    private final Window window;
    private final Map<Long, Long> underWay = new ConcurrentHashMap<>();
    private final AtomicLong came = new AtomicLong();
    private final AtomicLong strange = new AtomicLong();
    private final LatencyHistogram latency = new LatencyHistogram();

    Arrivals(Window window) {
        this.window = window;
    }

    /** @param intended when it was due, on {@link System#nanoTime}'s clock */
    void sent(long number, long intended) {
        underWay.put(number, intended);
    }

    /** It was not taken after all. */
    void notSent(long number) {
        underWay.remove(number);
    }

    void came(long number) {
        Long intended = underWay.remove(number);
        if (intended == null) {
            strange.incrementAndGet();
            return;
        }
        came.incrementAndGet();
        if (window.contains(intended)) {
            long nanos = System.nanoTime() - intended;
            synchronized (latency) {
                latency.record(nanos);
            }
        }
    }

    /** How many came so far. */
    long count() {
        return came.get();
    }

    /** Sent and not come. */
    long missing() {
        return underWay.size();
    }

    /** Came twice, or was never sent. */
    long strange() {
        return strange.get();
    }

    /** Of those that were due while measured. */
    LatencyHistogram latency() {
        LatencyHistogram copy = new LatencyHistogram();
        synchronized (latency) {
            copy.add(latency);
        }
        return copy;
    }
}
