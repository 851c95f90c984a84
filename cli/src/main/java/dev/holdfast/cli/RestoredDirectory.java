package dev.holdfast.cli;

import dev.holdfast.base.DirectoryTree;
import dev.holdfast.base.Disk;
import dev.holdfast.base.archive.ArchiveReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * A data directory in the making. Its files are written and forced in a place of their own, and take their names only in
 * {@link #finish}; closed before that, nothing is left of it.
 *
 * <p>That place is beside a directory that does not exist yet, which then appears whole by one renaming. An existing empty directory
 * may be the root of a file system, which can't be replaced; so its files are prepared inside it, and the file by which a server
 * knows its data directory comes last.
 */
final class RestoredDirectory implements ArchiveReader.Sink, AutoCloseable {
    /** What a server looks for before it takes a directory that is not empty for its own. */
    private static final String MARK = "holdfast.lock";

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path target;
    private final Path staging;
    private final boolean inside;
    private final Unfinished unfinished;
    private final InstallationContents contents = new InstallationContents();
    private final Set<Path> directories = new TreeSet<>();

    private RestoredDirectory(Path target, Path staging, boolean inside, Unfinished unfinished) {
        this.target = target;
        this.staging = staging;
        this.inside = inside;
        this.unfinished = unfinished;
    }

    /**
     * @param target absolute; empty or missing
     * @param err told when the process is ended before it is done
     */
    static RestoredDirectory begin(Path target, PrintWriter err) throws IOException, CommandFailure {
        boolean exists = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
        if (exists && (!Files.isDirectory(target) || !isEmpty(target))) {
            throw new CommandFailure(target + " is not an empty directory; give an empty or new one with --data.");
        }
        Path parent = target.getParent();
        if (parent == null) {
            throw new CommandFailure(target + " can't be a data directory; give another one with --data.");
        }
        if (!exists) {
            Files.createDirectories(parent);
        }
        Path staging = (exists ? target : parent).resolve("." + target.getFileName() + ".restoring");
        // Nobody else's is removed: only what this one made.
        AtomicBoolean made = new AtomicBoolean();
        Unfinished unfinished = new Unfinished("the restored directory", err, () -> {
            if (made.get()) {
                DirectoryTree.delete(staging);
            }
        });
        try {
            unfinished.step(() -> {
                Files.createDirectory(staging, OWNER_ONLY_DIRECTORY);
                made.set(true);
            });
        } catch (FileAlreadyExistsException e) {
            unfinished.close();
            throw new CommandFailure(
                    staging + " is left of an interrupted restore, or one is under way; delete it to try again.", e);
        } catch (IOException e) {
            unfinished.close();
            throw e;
        }
        return new RestoredDirectory(target, staging, exists, unfinished);
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }

    @Override
    public OutputStream open(String path, long bytes) throws IOException {
        contents.add(path);
        Path file = staging.resolve(path).normalize();
        // The reader lets no such name pass; a second look costs nothing.
        if (!file.startsWith(staging) || file.equals(staging)) {
            throw new IOException("a file outside of the data directory: " + path);
        }
        AtomicReference<FileChannel> channel = new AtomicReference<>();
        unfinished.step(() -> channel.set(create(file)));
        // Open to everyone, as the server writes it; all other files are for their owner only.
        if (InstallationContents.isTrustBundle(path)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        return new Forced(channel.get());
    }

    private FileChannel create(Path file) throws IOException {
        Path directory = parentOf(file);
        Files.createDirectories(directory, OWNER_ONLY_DIRECTORY);
        directories.add(directory);
        return FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY);
    }

    /** Everything was verified: puts it in its place. */
    void finish() throws IOException {
        contents.requireWhole();
        create(staging.resolve(MARK)).close();
        directories.add(staging);
        for (Path directory : directories) {
            Disk.real().forceDirectory(directory);
        }
        unfinished.finish(this::takePlace);
        Disk.real().forceDirectory(parentOf(target));
    }

    private void takePlace() throws IOException {
        if (inside) {
            moveUp();
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
            Disk.real().forceDirectory(target);
        } else {
            Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void moveUp() throws IOException {
        List<Path> entries;
        try (Stream<Path> found = Files.list(staging)) {
            entries = found.filter(entry -> !entry.endsWith(MARK)).toList();
        }
        for (Path entry : entries) {
            Files.move(entry, target.resolve(staging.relativize(entry)), StandardCopyOption.ATOMIC_MOVE);
        }
        Disk.real().forceDirectory(target);
        Files.move(staging.resolve(MARK), target.resolve(MARK), StandardCopyOption.ATOMIC_MOVE);
        Files.delete(staging);
    }

    private static Path parentOf(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException(path + " has no parent");
        }
        return parent;
    }

    @Override
    public void close() throws IOException {
        unfinished.close();
    }

    /** A file that is on the medium when it is closed. */
    private static final class Forced extends OutputStream {
        private final FileChannel channel;
        private final OutputStream out;

        Forced(FileChannel channel) {
            this.channel = channel;
            this.out = Channels.newOutputStream(channel);
        }

        @Override
        public void write(int oneByte) throws IOException {
            out.write(oneByte);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            try (channel) {
                if (channel.isOpen()) {
                    channel.force(true);
                }
            }
        }
    }
}
