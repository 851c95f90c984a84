package dev.holdfast.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells other programs that the server is ready, for as long as it is. Any thread. */
final class ReadyFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReadyFiles.class);

    private final List<Path> files = new ArrayList<>();
    private @Nullable Supplier<Ready> current;
    private @Nullable Ready written;

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

    /** @param description of the server as it is; asked again by {@link #refresh} */
    synchronized void write(Supplier<Ready> description) throws StartFailure {
        current = description;
        write(description.get());
    }

    /** Writes the files anew if anything has changed since; does nothing before {@link #write} and after {@link #close}. */
    synchronized void refresh() {
        Supplier<Ready> description = current;
        if (description == null) {
            return;
        }
        Ready now = description.get();
        if (now.equals(written)) {
            return;
        }
        try {
            write(now);
        } catch (StartFailure e) {
            LOG.warn("the ready file is out of date: {}", e.sentence());
        }
    }

    private void write(Ready ready) throws StartFailure {
        for (Path file : files) {
            try {
                PrivateFile.write(file, ready.toJson());
            } catch (IOException e) {
                throw new StartFailure(
                        "The ready file " + file + " can't be written (" + e + "); give another one with --ready-file.",
                        e);
            }
        }
        written = ready;
    }

    @Override
    public synchronized void close() {
        current = null;
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.warn("the ready file {} can't be removed: {}", file, e.toString());
            }
        }
    }
}
