package dev.holdfast.server.backup;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Version;
import dev.holdfast.base.archive.ArchiveFacts;
import dev.holdfast.hub.Hubs;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.store.embedded.LogSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes backups of a running installation, one at a time.
 *
 * <p>The moment of a backup lies inside {@link #begin}: whatever was acknowledged before that call is in it. Hubs are not changed
 * meanwhile, so that the state and the telemetry know the same hubs; devices go on undisturbed. Any thread; blocks on the disk.
 */
public final class Backups {
    /** Beside the state, because that is where there is room; only during a backup. */
    private static final String TEMPORARY = "backup.tmp";

    /** What an installation keeps besides its state and its telemetry: a file, or a directory with all that is in it. */
    private static final List<String> SMALL = List.of("operator-token", "ca.pem", "pki");

    private static final Pattern OF_A_WORLD = Pattern.compile("ca-[a-z0-9-]{1,32}\\.pem");

    private final Path data;
    private final Hubs hubs;
    private final EmbeddedTable table;
    private final Supplier<Map<String, LogSnapshot>> logs;
    private final InstantSource clock;
    private final Limits limits;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private volatile @Nullable Instant lastFinished;

    /** @param logs holds fast every hub's telemetry, by the name of the hub */
    public Backups(
            Path data,
            Hubs hubs,
            EmbeddedTable table,
            Supplier<Map<String, LogSnapshot>> logs,
            InstantSource clock,
            Limits limits)
            throws IOException {
        this.data = data;
        this.hubs = hubs;
        this.table = table;
        this.logs = logs;
        this.clock = clock;
        this.limits = limits;
        removeTemporary();
    }

    /**
     * Takes hold of everything.
     *
     * @return to be written and closed; null when another backup is under way
     * @throws NoRoomException when the disk is full; nothing is left of the attempt
     */
    public @Nullable Backup begin() throws NoRoomException {
        if (!underWay.compareAndSet(false, true)) {
            return null;
        }
        try {
            Instant madeAt = clock.instant();
            removeTemporary();
            Path temporary = Files.createDirectory(
                    data.resolve(TEMPORARY),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path state = temporary.resolve("state.db");
            return hubs.whileUnchanged(() -> {
                table.copyTo(state);
                return new Backup(
                        new ArchiveFacts(Version.current(), madeAt),
                        smallFiles(),
                        state,
                        logs.get(),
                        limits.installation().backup(),
                        this::ended);
            });
        } catch (IOException e) {
            ended(false);
            refuseWithoutRoom(e);
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            ended(false);
            refuseWithoutRoom(e);
            throw e;
        }
    }

    private static void refuseWithoutRoom(Exception failure) throws NoRoomException {
        if (NoRoomException.isWhy(failure)) {
            throw new NoRoomException(failure);
        }
    }

    /** When the newest backup since the start was handed over whole; null before the first. */
    public @Nullable Instant lastFinished() {
        return lastFinished;
    }

    private void ended(boolean whole) {
        try {
            removeTemporary();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (whole) {
                lastFinished = clock.instant();
            }
            underWay.set(false);
        }
    }

    /** By their path in the backup. Each is replaced as a whole when it changes, so each is whole here. */
    private Map<String, byte[]> smallFiles() {
        Map<String, byte[]> files = new TreeMap<>();
        for (Path root : smallRoots()) {
            try {
                for (Path file : kept(root)) {
                    if (Files.size(file) > limits.certificates().pemMaxBytes()) {
                        throw new IOException(file + " is larger than any file of its kind");
                    }
                    files.put(data.relativize(file).toString(), Files.readAllBytes(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    private static List<Path> kept(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
                if (facts.isRegularFile() && !isUnfinished(file)) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
                // It takes its own name at any moment: certificates are renewed meanwhile.
                if (isUnfinished(file)) {
                    return FileVisitResult.CONTINUE;
                }
                throw why;
            }
        });
        return files;
    }

    /** The roots of each trust world but the default one are in a file of their own. */
    private List<Path> smallRoots() {
        try (Stream<Path> entries = Files.list(data)) {
            return Stream.concat(
                            SMALL.stream().map(data::resolve),
                            entries.filter(entry -> OF_A_WORLD
                                    .matcher(String.valueOf(entry.getFileName()))
                                    .matches()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isUnfinished(Path file) {
        return file.toString().endsWith(".unfinished");
    }

    private void removeTemporary() throws IOException {
        Path temporary = data.resolve(TEMPORARY);
        if (Files.notExists(temporary)) {
            return;
        }
        try (Stream<Path> files = Files.list(temporary)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(temporary);
    }
}
