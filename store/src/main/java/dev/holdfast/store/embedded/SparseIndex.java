package dev.holdfast.store.embedded;

import java.util.Arrays;

/**
 * Where some of the batches of a segment begin, by offset and by time: one for about every so many bytes of the file.
 *
 * <p>Lives in memory only. It is as true as the scan or the writes that it was made from, so no crash can make it
 * lie; making it again costs one pass over the segment. One thread adds, any thread asks.
 */
final class SparseIndex {
    private final int everyBytes;
    private long[] offsets = new long[16];
    private long[] times = new long[16];
    private long[] positions = new long[16];
    private int size;

    SparseIndex(int everyBytes) {
        this.everyBytes = everyBytes;
    }

    /** Adds a batch when the last one here is far enough before it. Batches come in the order of the file. */
    synchronized void add(long offset, long timeMillis, long position) {
        if (size == 0 || position - positions[size - 1] >= everyBytes) {
            addAlways(offset, timeMillis, position);
        }
    }

    /** Adds a batch that must be found without walking over what is before it. */
    synchronized void addAlways(long offset, long timeMillis, long position) {
        if (size == offsets.length) {
            offsets = Arrays.copyOf(offsets, size * 2);
            times = Arrays.copyOf(times, size * 2);
            positions = Arrays.copyOf(positions, size * 2);
        }
        offsets[size] = offset;
        times[size] = timeMillis;
        positions[size] = position;
        size++;
    }

    /** A position from which a walk forward meets the batch with {@code offset}. */
    synchronized long positionOfOffset(long offset) {
        int found = Arrays.binarySearch(offsets, 0, size, offset);
        return positionAt(found >= 0 ? found : -found - 2);
    }

    /** A position from which a walk forward meets the first batch at or after {@code timeMillis}. */
    synchronized long positionOfTime(long timeMillis) {
        return positionAt(firstAtOrAfter(timeMillis) - 1);
    }

    /** The first offset known here that is greater than {@code offset}, or {@code otherwise}. */
    synchronized long nextOffset(long offset, long otherwise) {
        int found = Arrays.binarySearch(offsets, 0, size, offset + 1);
        int at = found >= 0 ? found : -found - 1;
        return at < size ? offsets[at] : otherwise;
    }

    private int firstAtOrAfter(long timeMillis) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (times[middle] < timeMillis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long positionAt(int entry) {
        return entry < 0 ? SegmentHeader.BYTES : positions[entry];
    }
}
