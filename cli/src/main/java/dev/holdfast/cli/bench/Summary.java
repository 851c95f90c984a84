package dev.holdfast.cli.bench;

import java.util.Collection;

/**
 * The middle of several runs, and how far they lie apart.
 *
 * @param median the mean of the two in the middle when their number is even
 */
record Summary(double median, double min, double max) {
    /** @param values at least one */
    static Summary of(Collection<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Summary(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** How many times {@code base} this is; not a number when there is no base. */
    double ratioTo(Summary base) {
        return base.median == 0 ? Double.NaN : median / base.median;
    }
}
