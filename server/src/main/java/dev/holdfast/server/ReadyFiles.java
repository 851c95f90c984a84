package dev.holdfast.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells other programs that the server is ready, for as long as it is. */
final class ReadyFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReadyFiles.class);

    private final List<Path> files = new ArrayList<>();

    /** @param asked a second place, or null */
    ReadyFiles(Path inData, @Nullable Path asked) {
        files.add(inData);
        if (asked != null) {
            files.add(asked.toAbsolutePath().normalize());
        }
    }

    /** Removes what a killed process left, so that nobody takes it for this one. */
    void clear() throws StartFailure {
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new StartFailure("The old ready file " + file + " can't be removed (" + e + ").", e);
            }
        }
    }

    void write(Ready ready) throws StartFailure {
        for (Path file : files) {
            try {
                PrivateFile.write(file, ready.toJson());
            } catch (IOException e) {
                throw new StartFailure(
                        "The ready file " + file + " can't be written (" + e + "); give another one with --ready-file.",
                        e);
            }
        }
    }

    @Override
    public void close() {
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.warn("the ready file {} can't be removed: {}", file, e.toString());
            }
        }
    }
}
