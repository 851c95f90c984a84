package dev.holdfast.store.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a log held durably at one moment, to be copied while the log goes on: everything that was reported stored before
 * {@link EmbeddedLog#snapshot} was called is in it. Nothing of it is dropped until it is closed; so close it soon.
 *
 * <p>The parts, written as files of their names into an empty directory, are a log that {@link EmbeddedLog#open} opens. Reading
 * fails once the log itself is closed. Any thread.
 */
public final class LogSnapshot implements AutoCloseable {
    /** A file of the copy. */
    public static final class Part {
        private final String name;
        private final long bytes;
        private final Content content;

        Part(String name, long bytes, Content content) {
            this.name = name;
            this.bytes = bytes;
            this.content = content;
        }

        public String name() {
            return name;
        }

        /** Its size; what the log wrote behind that is not in the snapshot. */
        public long bytes() {
            return bytes;
        }

        /** Reads into {@code into} from {@code position} on; returns the bytes read, -1 at the end. */
        public int read(ByteBuffer into, long position) throws IOException {
            if (position >= bytes) {
                return -1;
            }
            ByteBuffer bounded = into.slice();
            bounded.limit((int) Math.min(bounded.remaining(), bytes - position));
            int read = content.read(bounded, position);
            if (read > 0) {
                into.position(into.position() + read);
            }
            return read;
        }
    }

    /** Where the bytes of a part are. */
    @FunctionalInterface
    interface Content {
        int read(ByteBuffer into, long position) throws IOException;
    }

    private final List<Partition> pinned;
    private final List<Part> parts;
    private boolean closed;

    private LogSnapshot(List<Partition> pinned, List<Part> parts) {
        this.pinned = pinned;
        this.parts = parts;
    }

    static LogSnapshot of(List<Partition> partitions) {
        List<Part> parts = new ArrayList<>();
        byte[] header = new LogHeader(partitions.size()).bytes();
        parts.add(new Part(LogHeader.FILE_NAME, header.length, (into, position) -> {
            int length = Math.min(into.remaining(), header.length - (int) position);
            into.put(header, (int) position, length);
            return length;
        }));
        partitions.forEach(partition -> parts.addAll(partition.pin()));
        return new LogSnapshot(partitions, List.copyOf(parts));
    }

    public List<Part> parts() {
        return parts;
    }

    /** Lets retention go on. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            pinned.forEach(Partition::unpin);
        }
    }
}
