package dev.holdfast.cli.bench;

/**
 * The stretch of time that is measured, between warm-up and end, on {@link System#nanoTime}'s clock.
 *
 * @param begin of the load, warm-up included
 */
record Window(long begin, long start, long end) {
    boolean contains(long nanoTime) {
        return nanoTime - start >= 0 && nanoTime - end < 0;
    }

    boolean isOver(long nanoTime) {
        return nanoTime - end >= 0;
    }
}
