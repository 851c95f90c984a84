package dev.holdfast.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file of {@link RealDisk}, with one channel for the writer and another for the readers.
 *
 * <p>Why two: a {@link FileChannel} closes itself for everyone when a thread that uses it is interrupted, as a reader
 * on a virtual thread may be at any time. Readers survive that by opening their channel again; the writer never
 * notices.
 */
final class RealFile implements Disk.File {
    private final Path path;
    private final FileChannel writing;
    private final Object lock = new Object();
    private @Nullable FileChannel reading;
    private boolean closed;

    RealFile(Path path, FileChannel writing) {
        this.path = path;
        this.writing = writing;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        boolean interrupted = false;
        int start = into.position();
        try {
            while (true) {
                try {
                    return reading().read(into, position);
                } catch (ClosedChannelException interruptedHereOrElsewhere) {
                    interrupted |= Thread.interrupted();
                    into.position(start);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private FileChannel reading() throws IOException {
        synchronized (lock) {
            if (closed) {
                throw new IOException(path + " is closed");
            }
            if (reading == null || !reading.isOpen()) {
                reading = FileChannel.open(path, StandardOpenOption.READ);
            }
            return reading;
        }
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
        long at = position;
        while (from.hasRemaining()) {
            at += writing.write(from, at);
        }
    }

    @Override
    public void force() throws IOException {
        // fdatasync: it writes the size too when the size changed, and skips the time stamps that nobody reads.
        writing.force(false);
    }

    @Override
    public void truncate(long size) throws IOException {
        long now = writing.size();
        if (size < now) {
            writing.truncate(size);
        } else if (size > now) {
            write(ByteBuffer.allocate(1), size - 1);
        }
    }

    @Override
    public long size() throws IOException {
        return writing.size();
    }

    @Override
    public void close() throws IOException {
        synchronized (lock) {
            closed = true;
            try (FileChannel first = writing;
                    FileChannel second = reading) {
                // Closing both is all.
            }
        }
    }
}
