package dev.holdfast.server;

import dev.holdfast.base.Disk;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.HubLogs;
import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.embedded.EmbeddedLog;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The embedded engine's logs, each hub's in a directory of its name. */
final class TelemetryLogs implements HubLogs {
    private final Path directory;
    private final InstantSource clock;
    private final Limits limits;

    TelemetryLogs(Path directory, InstantSource clock, Limits limits) {
        this.directory = directory;
        this.clock = clock;
        this.limits = limits;
    }

    @Override
    public Log open(HubName hub, int partitions) {
        return EmbeddedLog.open(
                Disk.real(),
                directoryOf(hub),
                partitions,
                limits.telemetry().pendingMaxBytes(),
                limits.storage(),
                clock);
    }

    @Override
    public void delete(HubName hub) {
        Path log = directoryOf(hub);
        if (!Files.exists(log)) {
            return;
        }
        try {
            Files.walkFileTree(log, new DeleteAll());
            try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
                entry.force(true);
            }
        } catch (IOException e) {
            throw new StoreException("the telemetry of hub '" + hub + "' can't be deleted from " + log, e);
        }
    }

    /** A name of a hub holds no character that leads out of the directory. */
    private Path directoryOf(HubName hub) {
        return directory.resolve(hub.value());
    }

    private static final class DeleteAll extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
        }
    }
}
