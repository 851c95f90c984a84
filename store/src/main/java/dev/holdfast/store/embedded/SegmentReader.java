package dev.holdfast.store.embedded;

import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.embedded.BatchFormat.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One read over the segments of a partition: collects records until it has as many bytes as were asked for. */
final class SegmentReader {
    private final List<Log.Entry> entries = new ArrayList<>();
    private final int maxBytes;
    private int bytes;
    private boolean full;

    SegmentReader(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    List<Log.Entry> entries() {
        return entries;
    }

    boolean isFull() {
        return full;
    }

    /**
     * Collects the records of {@code segment} from one offset to before another.
     *
     * @throws StoreException when a record between them is not as it was written
     */
    void read(Segment segment, long fromOffset, long untilOffset) throws IOException {
        SparseIndex index = segment.index();
        BatchCursor cursor = segment.cursor(index.positionOfOffset(fromOffset));
        long wanted = fromOffset;
        while (wanted < untilOffset && !full) {
            if (!cursor.next() || cursor.header().baseOffset() > wanted) {
                throw damaged(segment, cursor.position(), wanted, untilOffset);
            }
            Header batch = cursor.header();
            if (batch.nextOffset() > wanted) {
                if (!collect(cursor.records(), batch, wanted)) {
                    throw damaged(segment, cursor.position(), wanted, untilOffset);
                }
                wanted = batch.nextOffset();
            }
        }
    }

    /** The offset of the first batch at or after a time, {@code untilOffset} when there is none before that. */
    static long offsetAt(Segment segment, long timeMillis, long untilOffset) throws IOException {
        SparseIndex index = segment.index();
        BatchCursor cursor = segment.cursor(index.positionOfTime(timeMillis));
        long seen = segment.header().baseOffset();
        while (seen < untilOffset) {
            if (!cursor.next()) {
                throw damaged(segment, cursor.position(), seen, untilOffset);
            }
            Header batch = cursor.header();
            if (batch.timeMillis() >= timeMillis) {
                return batch.baseOffset();
            }
            seen = batch.nextOffset();
        }
        return untilOffset;
    }

    /** False when the batch contradicts itself. */
    private boolean collect(ByteBuffer records, Header batch, long wanted) {
        Instant time = Instant.ofEpochMilli(batch.timeMillis());
        for (long offset = batch.baseOffset(); offset < batch.nextOffset(); offset++) {
            int length = records.remaining() < Integer.BYTES ? -1 : records.getInt();
            if (length < 0 || length > records.remaining()) {
                return false;
            }
            if (offset < wanted) {
                records.position(records.position() + length);
                continue;
            }
            if (!entries.isEmpty() && length > maxBytes - bytes) {
                full = true;
                return true;
            }
            byte[] record = new byte[length];
            records.get(record);
            entries.add(new Log.Entry(offset, time, record));
            bytes += length;
        }
        return true;
    }

    private static StoreException damaged(Segment segment, long position, long wanted, long until) throws IOException {
        long next = segment.index().nextOffset(wanted, until);
        return new StoreException("records from " + wanted + " on cannot be read: " + segment.path()
                + " is damaged at byte " + position + "; reading can go on at offset " + next);
    }
}
