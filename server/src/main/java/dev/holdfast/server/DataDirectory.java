package dev.holdfast.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory that holds everything an installation keeps, open to its owner only and to one process at a time.
 *
 * <p>Its lock is the operating system's, so that a killed process leaves none behind.
 */
final class DataDirectory implements AutoCloseable {
    private static final String LOCK = "holdfast.lock";

    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Opens a directory, making it when there is none, and keeps every other process out until {@link #close}. */
    static DataDirectory open(Path asGiven) throws StartFailure {
        Path path = asGiven.toAbsolutePath().normalize();
        try {
            if (Files.exists(path) && !Files.isDirectory(path)) {
                throw new StartFailure(path + " is not a directory; give another one with --data.");
            }
            Files.createDirectories(path);
            if (!isOurs(path) && !isEmpty(path)) {
                throw new StartFailure(
                        path + " holds files that are not Holdfast's; give an empty or new directory with --data.");
            }
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            return new DataDirectory(path, lock(path));
        } catch (IOException e) {
            throw new StartFailure(
                    "The data directory " + path + " can't be used (" + e + "); give another one with --data.", e);
        }
    }

    private static boolean isOurs(Path path) {
        return Files.exists(path.resolve(LOCK));
    }

    private static boolean isEmpty(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        }
    }

    private static FileChannel lock(Path path) throws IOException, StartFailure {
        FileChannel channel = FileChannel.open(
                path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            String holder = read(channel);
            channel.close();
            throw new StartFailure("Another Holdfast" + (holder.isEmpty() ? "" : " (process " + holder + ")")
                    + " uses the data directory " + path + "; end it, or give another directory with --data.");
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)), 0);
        return channel;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldInThisProcess) {
            return null;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(20);
        channel.read(text, 0);
        String holder = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8).strip();
        return holder.chars().allMatch(Character::isDigit) ? holder : "";
    }

    Path path() {
        return path;
    }

    Path operatorToken() {
        return path.resolve("operator-token");
    }

    Path readyFile() {
        return path.resolve("ready.json");
    }

    /** The roots that clients must trust: no secret. */
    Path trustBundle() {
        return path.resolve("ca.pem");
    }

    Path table() {
        return path.resolve("state.db");
    }

    /** What is known of connections: apart from the state, so that a storm of failures does not slow its writer down. */
    Path insight() {
        return path.resolve("insight").resolve("insight.db");
    }

    /** One directory for each hub's telemetry. */
    Path logs() {
        return path.resolve("telemetry");
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new IllegalStateException("the lock of " + path + " can't be released", e);
        }
    }
}
