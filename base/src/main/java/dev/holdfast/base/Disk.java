package dev.holdfast.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The file system as a parameter, so that a test can stand in a disk that forgets what was not forced, or fills up.
 *
 * <p>Only what an append-only log needs. {@link #real} is the one that production uses.
 */
public interface Disk {
    /** An open file; any thread may read, one thread at a time calls the rest. */
    interface File extends AutoCloseable {
        /** Reads into {@code into} from {@code position}; returns the bytes read, -1 at or behind the end. */
        int read(ByteBuffer into, long position) throws IOException;

        /** Writes all of {@code from} at {@code position}, growing the file as needed. */
        void write(ByteBuffer from, long position) throws IOException;

        /** Returns when what was written is on the medium, file size included. */
        void force() throws IOException;

        /** Sets the length; a new part reads as zeros. Durable after {@link #force}. */
        void truncate(long size) throws IOException;

        long size() throws IOException;

        @Override
        void close() throws IOException;
    }

    /**
     * Opens a file, creating it for its owner only when it is missing. A created file is durable after {@link
     * #forceDirectory}.
     */
    File open(Path file) throws IOException;

    /** The regular files of a directory in the order of their names; empty when there is no such directory. */
    List<Path> list(Path directory) throws IOException;

    /** Creates a directory and those above it, durably and for their owner only, where they are missing. */
    void createDirectories(Path directory) throws IOException;

    /** Deletes a file if there is one; who has it open only closes it. */
    void delete(Path file) throws IOException;

    /** Returns when created and deleted names of {@code directory} are on the medium. */
    void forceDirectory(Path directory) throws IOException;

    /** The machine's own file system. */
    static Disk real() {
        return new RealDisk();
    }
}
