package dev.holdfast.base;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;

/**
 * Counts values by size, for metrics. Any thread observes and reads; observing allocates nothing and waits for nobody, so it may
 * stand on the hottest path.
 */
public final class Histogram {
    private final long[] upperBounds;
    private final LongAdder[] counts;
    private final LongAdder sum = new LongAdder();

    /**
     * What was seen so far. The parts are read one after the other, so a value that comes meanwhile may be in some of them only.
     *
     * @param upperBounds inclusive, rising
     * @param counts one for each bound, and one more for what is beyond the last; not cumulative
     */
    public record Snapshot(List<Long> upperBounds, List<Long> counts, long sum) {
        public Snapshot {
            upperBounds = List.copyOf(upperBounds);
            counts = List.copyOf(counts);
        }

        /** How many values were seen. */
        public long count() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }
    }

    /** @param upperBounds inclusive, rising */
    public Histogram(long... upperBounds) {
        for (int i = 1; i < upperBounds.length; i++) {
            if (upperBounds[i] <= upperBounds[i - 1]) {
                throw new IllegalArgumentException("bounds rise: " + Arrays.toString(upperBounds));
            }
        }
        this.upperBounds = upperBounds.clone();
        this.counts = new LongAdder[upperBounds.length + 1];
        Arrays.setAll(counts, bucket -> new LongAdder());
    }

    /** For times in nanoseconds, from a quarter of a millisecond, which a good disk needs to sync, to ten seconds. */
    public static Histogram ofNanos() {
        return new Histogram(LongStream.of(
                        250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 250_000, 1_000_000, 10_000_000)
                .map(TimeUnit.MICROSECONDS::toNanos)
                .toArray());
    }

    /** For how many things were done at once: 1, 2, 4, … 4096. */
    public static Histogram ofBatchSizes() {
        return new Histogram(
                LongStream.rangeClosed(0, 12).map(power -> 1L << power).toArray());
    }

    public void observe(long value) {
        int bucket = 0;
        while (bucket < upperBounds.length && value > upperBounds[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sum.add(value);
    }

    public Snapshot snapshot() {
        return new Snapshot(
                Arrays.stream(upperBounds).boxed().toList(),
                Arrays.stream(counts).map(LongAdder::sum).toList(),
                sum.sum());
    }
}
