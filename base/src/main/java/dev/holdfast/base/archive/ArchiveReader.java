package dev.holdfast.base.archive;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads an archive from a stream, and believes nothing of it: names, kinds, sizes, padding, checksums and the end have to be those
 * that {@link ArchiveWriter} writes. One thread.
 */
public final class ArchiveReader {
    /** Takes the files. What it was given is worth nothing until {@link ArchiveReader#read} has returned. */
    @FunctionalInterface
    public interface Sink {
        /**
         * A file begins. It is closed before the next one begins.
         *
         * @param path relative, of plain segments, none of which begins with a dot; each comes once
         */
        OutputStream open(String path, long bytes) throws IOException;
    }

    /**
     * What was read.
     *
     * @param files without the two that are about the others
     * @param bytes of those files
     */
    public record Summary(ArchiveFacts facts, int files, long bytes) {}

    private final InputStream in;
    private final Limits.Backup limits;
    private final byte[] block = new byte[TarHeader.BLOCK_BYTES];
    private final byte[] buffer = new byte[Entries.BUFFER_BYTES];
    private final Set<String> paths = new HashSet<>();
    private final Set<String> directories = new HashSet<>();
    private final StringBuilder sums = new StringBuilder();

    public ArchiveReader(InputStream in, Limits.Backup limits) {
        this.in = in;
        this.limits = limits;
    }

    /**
     * Reads to the end.
     *
     * @throws ArchiveException when it is not a whole and unaltered archive
     */
    public Summary read(Sink sink) throws IOException {
        ArchiveFacts facts = facts();
        int files = 0;
        long bytes = 0;
        while (true) {
            TarHeader header = header();
            if (header == null) {
                throw new ArchiveException("it has no checksums: it was cut off when it was made, or altered");
            }
            if (header.path().equals(Entries.SUMS)) {
                check(header);
                end();
                return new Summary(facts, files, bytes);
            }
            if (!paths.add(header.path()) || paths.size() > limits.entriesMax()) {
                throw new ArchiveException("it has '" + header.path() + "' twice, or too many files");
            }
            refuseFileAsDirectory(header.path());
            if (header.bytes() > limits.entryMaxBytes()) {
                throw new ArchiveException("'" + header.path() + "' is larger than a backup can be");
            }
            MessageDigest digest = Entries.sha256();
            try (OutputStream out = sink.open(header.path(), header.bytes())) {
                copy(header, digest, out);
            }
            sums.append(Entries.sumLine(header.path(), digest));
            files++;
            bytes += header.bytes();
        }
    }

    private void refuseFileAsDirectory(String path) throws ArchiveException {
        boolean both = directories.contains(path);
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String directory = path.substring(0, slash);
            directories.add(directory);
            both |= paths.contains(directory);
        }
        if (both) {
            throw new ArchiveException(
                    "it is damaged or altered: '" + path + "' and another of its files can't be both");
        }
    }

    private ArchiveFacts facts() throws IOException {
        TarHeader header = header();
        if (header == null || !header.path().equals(ArchiveFacts.PATH) || header.bytes() > ArchiveFacts.MAX_BYTES) {
            throw new ArchiveException("it is not an archive that 'holdfast backup' wrote");
        }
        byte[] content = content(header);
        MessageDigest digest = Entries.sha256();
        digest.update(content);
        paths.add(header.path());
        sums.append(Entries.sumLine(header.path(), digest));
        return ArchiveFacts.read(content);
    }

    private @Nullable TarHeader header() throws IOException {
        fill(block, block.length);
        return TarHeader.read(block);
    }

    private void copy(TarHeader header, MessageDigest digest, OutputStream out) throws IOException {
        for (long left = header.bytes(); left > 0; ) {
            int length = (int) Math.min(left, buffer.length);
            fill(buffer, length);
            digest.update(buffer, 0, length);
            out.write(buffer, 0, length);
            left -= length;
        }
        skipPadding(header.bytes());
    }

    private byte[] content(TarHeader header) throws IOException {
        byte[] content = new byte[(int) header.bytes()];
        fill(content, content.length);
        skipPadding(header.bytes());
        return content;
    }

    private void skipPadding(long bytes) throws IOException {
        int padding = Entries.padding(bytes);
        fill(block, padding);
        if (!TarHeader.isZero(block, 0, padding)) {
            throw new ArchiveException("it is damaged: there are bytes between two files");
        }
    }

    /** What was read has to give, byte for byte, what the writer wrote down. */
    private void check(TarHeader header) throws IOException {
        String expected = sums.toString();
        if (header.bytes() != expected.length()) {
            throw new ArchiveException("its list of checksums is not that of its files: files are missing or added");
        }
        String listed = new String(content(header), StandardCharsets.ISO_8859_1);
        if (listed.equals(expected)) {
            return;
        }
        String[] listedLines = listed.split("\n", -1);
        String[] expectedLines = expected.split("\n", -1);
        for (int i = 0; i < expectedLines.length && i < listedLines.length; i++) {
            if (!listedLines[i].equals(expectedLines[i])) {
                throw new ArchiveException("the checksum of '" + expectedLines[i].replaceAll(".*  ", "")
                        + "' is wrong: the archive was damaged or altered");
            }
        }
        throw new ArchiveException("its list of checksums is not that of its files");
    }

    private void end() throws IOException {
        for (int i = 0; i < 2; i++) {
            if (header() != null) {
                throw new ArchiveException("it goes on behind its checksums");
            }
        }
        if (in.read() >= 0) {
            throw new ArchiveException("it goes on behind its end");
        }
    }

    private void fill(byte[] into, int length) throws IOException {
        if (in.readNBytes(into, 0, length) < length) {
            throw new ArchiveException("it ends early: it was cut off");
        }
    }
}
