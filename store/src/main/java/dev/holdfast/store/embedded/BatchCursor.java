package dev.holdfast.store.embedded;

import dev.holdfast.base.Disk;
import dev.holdfast.store.embedded.BatchFormat.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Walks the batches of one file from a position to an end, and lets none pass that is not intact.
 *
 * <p>It reads ahead through a window that grows, so that a reader of one record does not pay for a megabyte and a
 * scan of the whole file does not ask for every batch. One thread.
 */
final class BatchCursor {
    private static final int FIRST_WINDOW_BYTES = 16 * 1024;

    private final Disk.File file;
    private final long mark;
    private final long end;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long windowAt;
    private int nextWindowBytes = FIRST_WINDOW_BYTES;
    private long position;
    private @Nullable Header header;

    /** @param end nothing behind it is read: the durable end, or the end of the file for a scan */
    BatchCursor(Disk.File file, long mark, long position, long end) {
        this.file = file;
        this.mark = mark;
        this.position = position;
        this.end = end;
    }

    /** Where the batch begins that {@link #next} found, or where it found none. */
    long position() {
        return position;
    }

    /** Goes to the batch behind the present one; false when there is no intact batch at that place. */
    boolean next() throws IOException {
        if (header != null) {
            position += header.length();
            header = null;
        }
        header = intactAt(position);
        return header != null;
    }

    /** The batch that {@link #next} found. */
    Header header() {
        if (header == null) {
            throw new IllegalStateException("no batch here");
        }
        return header;
    }

    /** The records of the batch that {@link #next} found: each its length in 4 bytes and its bytes. */
    ByteBuffer records() {
        int start = (int) (position - windowAt);
        return window.slice(start + BatchFormat.HEADER_BYTES, header().length() - BatchFormat.HEADER_BYTES);
    }

    /**
     * Looks for an intact batch behind the present place whose offset is at least {@code minOffset}, and goes to it.
     */
    boolean search(long minOffset) throws IOException {
        header = null;
        for (long at = position + 1; at + BatchFormat.HEADER_BYTES <= end; at++) {
            load(at, BatchFormat.HEADER_BYTES);
            if (BatchFormat.mark(window, (int) (at - windowAt)) != mark) {
                continue;
            }
            Header found = intactAt(at);
            if (found != null && found.baseOffset() >= minOffset) {
                position = at;
                header = found;
                return true;
            }
        }
        return false;
    }

    private @Nullable Header intactAt(long at) throws IOException {
        if (end - at < BatchFormat.HEADER_BYTES) {
            return null;
        }
        load(at, BatchFormat.HEADER_BYTES);
        int start = (int) (at - windowAt);
        if (BatchFormat.mark(window, start) != mark) {
            return null;
        }
        Header read = BatchFormat.header(window, start);
        if (read.length() < BatchFormat.HEADER_BYTES || read.length() > Math.min(BatchFormat.MAX_BYTES, end - at)) {
            return null;
        }
        load(at, read.length());
        start = (int) (at - windowAt);
        return BatchFormat.isIntact(window, start, read.length()) ? read : null;
    }

    /** Has {@code bytes} bytes from {@code at} on in the window; both are within the end. */
    private void load(long at, int bytes) throws IOException {
        if (at >= windowAt && at + bytes <= windowAt + window.limit()) {
            return;
        }
        int length = (int) Math.min(end - at, Math.max(bytes, nextWindowBytes));
        nextWindowBytes = Math.min(nextWindowBytes * 2, BatchFormat.MAX_BYTES);
        if (window.capacity() < length) {
            window = ByteBuffer.allocate(length);
        }
        window.clear().limit(length);
        windowAt = at;
        while (window.hasRemaining()) {
            if (file.read(window, at + window.position()) < 0) {
                throw new IOException("the file ends at byte " + (at + window.position()) + ", before byte " + end);
            }
        }
        window.flip();
    }
}
