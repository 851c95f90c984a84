package dev.holdfast.store.embedded;

import dev.holdfast.base.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What one pass over a whole segment found.
 *
 * <p>A place that is no intact batch is judged by what is behind it. When an intact batch follows, the place was
 * durable once, because a batch is written only after the one before it was forced: it is {@link Damage}, and is
 * kept. When none follows, it is the end: zeros, or what a crash left of a batch that nobody was told about.
 *
 * @param end where the last intact batch ends
 * @param nextOffset the offset behind the last intact batch
 * @param lastTimeMillis time of the last intact batch, or of the newest record before the segment
 * @param zerosAfterEnd whether the rest of the file is zeros, as preallocation leaves it
 */
record SegmentScan(
        SparseIndex index,
        long end,
        long nextOffset,
        long lastTimeMillis,
        boolean zerosAfterEnd,
        List<Damage> damages) {

    private static final int WINDOW_BYTES = 64 * 1024;

    /** The records from {@code fromOffset} to the one before {@code toOffset}, which cannot be read any more. */
    record Damage(long position, long fromOffset, long toOffset) {}

    static SegmentScan of(Disk.File file, SegmentHeader header, int indexEveryBytes) throws IOException {
        long size = file.size();
        SparseIndex index = new SparseIndex(indexEveryBytes);
        List<Damage> damages = new ArrayList<>();
        BatchCursor cursor = new BatchCursor(file, header.mark(), SegmentHeader.BYTES, size);
        long end = Math.min(SegmentHeader.BYTES, size);
        long nextOffset = header.baseOffset();
        long lastTime = header.previousTimeMillis();
        while (true) {
            boolean follows = cursor.next() && cursor.header().baseOffset() == nextOffset;
            if (!follows) {
                long brokenAt = cursor.position();
                if (!cursor.search(nextOffset)) {
                    break;
                }
                damages.add(new Damage(brokenAt, nextOffset, cursor.header().baseOffset()));
            }
            BatchFormat.Header batch = cursor.header();
            if (follows) {
                index.add(batch.baseOffset(), batch.timeMillis(), cursor.position());
            } else {
                index.addAlways(batch.baseOffset(), batch.timeMillis(), cursor.position());
            }
            end = cursor.position() + batch.length();
            nextOffset = batch.nextOffset();
            lastTime = batch.timeMillis();
        }
        return new SegmentScan(index, end, nextOffset, lastTime, isZero(file, end, size), List.copyOf(damages));
    }

    /** Whether the bytes from {@code start} to the end of the file are zeros. */
    static boolean isZero(Disk.File file, long start, long size) throws IOException {
        ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
        for (long at = start; at < size; at += window.limit()) {
            window.clear();
            int read = file.read(window, at);
            if (read <= 0) {
                break;
            }
            window.flip();
            while (window.hasRemaining()) {
                if (window.get() != 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
