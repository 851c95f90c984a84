package dev.holdfast.base.archive;

import dev.holdfast.base.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Set;

/** Writes an archive to a stream. One thread. An archive without its {@link #finish} is refused by whoever reads it. */
public final class ArchiveWriter {
    private final OutputStream out;
    private final Limits.Backup limits;
    private final long madeAtSeconds;
    private final Set<String> paths = new HashSet<>();
    private final StringBuilder sums = new StringBuilder();

    /** Writes the first entry. The stream stays the caller's to close. */
    public ArchiveWriter(OutputStream out, ArchiveFacts facts, Limits.Backup limits) throws IOException {
        this.out = out;
        this.limits = limits;
        this.madeAtSeconds = facts.madeAt().getEpochSecond();
        add(ArchiveFacts.PATH, facts.write());
    }

    public void add(String path, byte[] content) throws IOException {
        add(path, content.length, new ByteArrayInputStream(content));
    }

    /**
     * Adds a file.
     *
     * @param content has at least {@code bytes} bytes; what is behind them is not read
     */
    public void add(String path, long bytes, InputStream content) throws IOException {
        if (!paths.add(path)) {
            throw new IllegalArgumentException("twice in one backup: " + path);
        }
        if (paths.size() > limits.entriesMax() || bytes > limits.entryMaxBytes()) {
            throw new IOException("the backup would have more than " + limits.entriesMax()
                    + " files, or one that is too large: " + path);
        }
        MessageDigest digest = Entries.sha256();
        out.write(new TarHeader(path, bytes).write(madeAtSeconds));
        byte[] buffer = new byte[Entries.BUFFER_BYTES];
        for (long left = bytes; left > 0; ) {
            int read = content.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                throw new IOException(path + " ended " + left + " bytes early");
            }
            digest.update(buffer, 0, read);
            out.write(buffer, 0, read);
            left -= read;
        }
        out.write(new byte[Entries.padding(bytes)]);
        sums.append(Entries.sumLine(path, digest));
    }

    /** Writes the checksums and the end. */
    public void finish() throws IOException {
        byte[] content = sums.toString().getBytes(StandardCharsets.US_ASCII);
        out.write(new TarHeader(Entries.SUMS, content.length).write(madeAtSeconds));
        out.write(content);
        out.write(new byte[Entries.padding(content.length)]);
        out.write(new byte[2 * TarHeader.BLOCK_BYTES]);
        out.flush();
    }
}
