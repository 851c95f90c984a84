package dev.holdfast.hub.throttle;

/**
 * A token bucket, kept as one moment: that at which it will be full again (the generic cell rate algorithm, ITU-T I.371). Nothing in it
 * ticks, and a time that is asked for the past or after a long silence is as good as any. Any thread.
 */
final class Bucket {
    private final Rate rate;
    private final long depthNanos;
    private long fullAt;

    /** @param now as {@link System#nanoTime} */
    Bucket(Rate rate, long now) {
        this.rate = rate;
        this.depthNanos = nanos(rate.burst());
        this.fullAt = now;
    }

    Rate rate() {
        return rate;
    }

    /**
     * Takes tokens, or leaves the bucket as it is when they can't be had in time. What is more than the bucket holds passes when it is
     * full, and is paid off afterwards.
     *
     * @param patienceNanos how long the caller would wait
     * @return nanoseconds until they may be used, 0 for now; more than {@code patienceNanos} when nothing was taken
     */
    synchronized long take(int amount, long now, long patienceNanos) {
        long from = fullAt - now > 0 ? fullAt : now;
        long cost = nanos(amount);
        long wait = Math.max(0, from - now + Math.min(cost, depthNanos) - depthNanos);
        if (wait <= patienceNanos) {
            fullAt = from + cost;
        }
        return wait;
    }

    private long nanos(int tokens) {
        return tokens * rate.unit().nanos() / rate.count();
    }
}
