package dev.holdfast.server.backup;

import dev.holdfast.base.Limits;
import dev.holdfast.base.archive.ArchiveFacts;
import dev.holdfast.base.archive.ArchiveWriter;
import dev.holdfast.store.embedded.LogSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A backup whose moment has passed, to be written once. It holds retention up until it is closed. One thread. */
public final class Backup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Backup.class);

    private final ArchiveFacts facts;
    private final Map<String, byte[]> smallFiles;
    private final Path state;
    private final Map<String, LogSnapshot> logs;
    private final Limits.Backup limits;
    private final Consumer<Boolean> ended;
    private boolean whole;
    private boolean closed;

    /** @param ended told once whether all of it was written */
    Backup(
            ArchiveFacts facts,
            Map<String, byte[]> smallFiles,
            Path state,
            Map<String, LogSnapshot> logs,
            Limits.Backup limits,
            Consumer<Boolean> ended) {
        this.facts = facts;
        this.smallFiles = smallFiles;
        this.state = state;
        this.logs = logs;
        this.limits = limits;
        this.ended = ended;
    }

    /** Writes the archive; the stream stays the caller's to close. */
    public void writeTo(OutputStream out) throws IOException {
        long begun = System.nanoTime();
        ArchiveWriter archive = new ArchiveWriter(out, facts, limits);
        for (Map.Entry<String, byte[]> file : smallFiles.entrySet()) {
            archive.add(file.getKey(), file.getValue());
        }
        try (InputStream rows = Files.newInputStream(state)) {
            archive.add("state.db", Files.size(state), rows);
        }
        long bytes = Files.size(state);
        for (Map.Entry<String, LogSnapshot> log : logs.entrySet()) {
            for (LogSnapshot.Part part : log.getValue().parts()) {
                archive.add("telemetry/" + log.getKey() + "/" + part.name(), part.bytes(), new PartStream(part));
                bytes += part.bytes();
            }
        }
        archive.finish();
        whole = true;
        LOG.info(
                "a backup of {} hubs was made: {} bytes in {} ms",
                logs.size(),
                bytes,
                (System.nanoTime() - begun) / 1_000_000);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            logs.values().forEach(LogSnapshot::close);
            ended.accept(whole);
        }
    }

    /** A part of a log from its beginning. */
    private static final class PartStream extends InputStream {
        private final LogSnapshot.Part part;
        private long position;

        PartStream(LogSnapshot.Part part) {
            this.part = part;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = part.read(ByteBuffer.wrap(into, offset, length), position);
            position += Math.max(0, read);
            return read;
        }
    }
}
