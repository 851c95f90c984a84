package dev.holdfast.cli.bench;

/**
 * Counts of durations in buckets whose width grows with the duration, so that a percentile is at most 0.8% too high. Recording
 * makes no garbage.
 *
 * <p>One thread at a time.
 */
public final class LatencyHistogram {
    private static final int LINEAR = 256;
    private static final int LINEAR_BITS = 8;
    private static final int PER_DOUBLING = LINEAR / 2;
    private static final int LARGEST_BITS = 42;
    private static final long LARGEST = (1L << LARGEST_BITS) - 1;

    private final long[] buckets = new long[LINEAR + (LARGEST_BITS - LINEAR_BITS) * PER_DOUBLING];
    private long count;
    private long max;

    /** @param nanos less than nothing counts as nothing; more than 73 minutes counts as 73 minutes */
    public void record(long nanos) {
        long value = Math.clamp(nanos, 0, LARGEST);
        buckets[bucket(value)]++;
        count++;
        max = Math.max(max, value);
    }

    public void add(LatencyHistogram other) {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] += other.buckets[i];
        }
        count += other.count;
        max = Math.max(max, other.max);
    }

    public long count() {
        return count;
    }

    public long maxNanos() {
        return max;
    }

    /**
     * The duration that {@code percent} of all recorded ones do not exceed; 0 when none was recorded.
     *
     * @param percent more than 0, at most 100
     */
    public long percentileNanos(double percent) {
        long wanted = Math.max(1, (long) Math.ceil(count * percent / 100));
        long seen = 0;
        for (int i = 0; i < buckets.length; i++) {
            seen += buckets[i];
            if (seen >= wanted) {
                return Math.min(upperEdge(i), max);
            }
        }
        return max;
    }

    private static int bucket(long value) {
        if (value < LINEAR) {
            return (int) value;
        }
        int bits = Long.SIZE - Long.numberOfLeadingZeros(value);
        int top = (int) (value >>> (bits - LINEAR_BITS));
        return LINEAR + (bits - LINEAR_BITS - 1) * PER_DOUBLING + (top - PER_DOUBLING);
    }

    private static long upperEdge(int bucket) {
        if (bucket < LINEAR) {
            return bucket;
        }
        int shift = (bucket - LINEAR) / PER_DOUBLING + 1;
        int top = (bucket - LINEAR) % PER_DOUBLING + PER_DOUBLING;
        return ((top + 1L) << shift) - 1;
    }
}
