package dev.holdfast.pki;

import dev.holdfast.base.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are either whole or not there. What is written goes to a neighbour first, is forced to the medium, and takes the
 * name in one step; a neighbour that a crash left behind is overwritten the next time and never read.
 */
final class AtomicFile {
    private static final Logger LOG = LoggerFactory.getLogger(AtomicFile.class);
    static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    static final Set<PosixFilePermission> EVERYONE_READS = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY = PosixFilePermissions.fromString("rwx------");

    private AtomicFile() {}

    /** The file has its permissions from its first byte on, so that a key is at no time open to others. */
    static void write(Path file, byte[] content, Set<PosixFilePermission> permissions) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        Files.deleteIfExists(unfinished);
        try (FileChannel channel = FileChannel.open(
                unfinished,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            Files.setPosixFilePermissions(unfinished, permissions);
            channel.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        Disk.real().forceDirectory(directoryOf(file));
    }

    /** Closes a file with a key that was open to others. */
    static void closedFile(Path file) throws IOException {
        if (!Files.getPosixFilePermissions(file).equals(OWNER_ONLY)) {
            LOG.warn("{} holds a private key and was open to other users; closed it now (mode 0600)", file);
            Files.setPosixFilePermissions(file, OWNER_ONLY);
        }
    }

    /** Does nothing when there is none. */
    static void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            Disk.real().forceDirectory(directoryOf(file));
        }
    }

    /** Makes a directory that only its owner enters, its missing parents included, and closes one that was open to others. */
    static void closedDirectory(Path directory) throws IOException {
        boolean isNew = Files.notExists(directory);
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
        Files.setPosixFilePermissions(directory, OWNER_ONLY_DIRECTORY);
        if (isNew) {
            Disk.real().forceDirectory(directoryOf(directory));
        }
    }

    private static Path directoryOf(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("not a file in a directory: " + file);
        }
        return parent;
    }
}
