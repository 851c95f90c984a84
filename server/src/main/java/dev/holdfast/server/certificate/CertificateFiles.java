package dev.holdfast.server.certificate;

import dev.holdfast.pki.ServerChainReading;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two files, a chain and its key, that another program renews. What is in them is shown once it has stayed the same for two looks,
 * since they are not written at once; what is refused leaves the old chain where it is. One thread at a time.
 */
public final class CertificateFiles {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateFiles.class);

    /** Takes a chain and a key, both as they are in their files; throws {@link UncheckedIOException} for the disk. */
    @FunctionalInterface
    public interface Replacing {
        ServerChainReading replace(String chainPem, String key);
    }

    /** Its text form would show the key. */
    private record Contents(String chain, String key) {
        @Override
        public String toString() {
            return "Contents";
        }
    }

    private final Path chain;
    private final Path key;
    private final int maxBytes;
    private final Replacing replacing;
    private @Nullable Contents seen;
    private @Nullable Contents taken;
    private String trouble = "";

    /** @param maxBytes of each file */
    public CertificateFiles(Path chain, Path key, int maxBytes, Replacing replacing) {
        this.chain = chain;
        this.key = key;
        this.maxBytes = maxBytes;
        this.replacing = replacing;
    }

    /** Takes what is there, unless it is what was taken last. For the start, at which nobody is shown anything yet. */
    public void take() {
        seen = read();
        look();
    }

    /** Takes what is there, if it is new and was there at the last look. */
    public void look() {
        Contents now = read();
        if (now == null) {
            return;
        }
        if (!now.equals(seen)) {
            seen = now;
            return;
        }
        if (!now.equals(taken)) {
            taken = now;
            replace(now);
        }
    }

    private void replace(Contents contents) {
        try {
            if (replacing.replace(contents.chain(), contents.key()) instanceof ServerChainReading.Refused(var why)) {
                LOG.error(
                        "the server certificate in {} with the key in {} is not shown, and what was shown before goes on: {}: {}",
                        chain,
                        key,
                        why.reason(),
                        why.explain());
            }
        } catch (UncheckedIOException e) {
            // Looked at again: a full disk does not stay full.
            taken = null;
            LOG.error("the server certificate in {} can't be put in place: {}", chain, e.getMessage());
        }
    }

    /** Null when one can't be read, which is told once. */
    private @Nullable Contents read() {
        try {
            Contents contents = new Contents(read(chain), read(key));
            trouble = "";
            return contents;
        } catch (IOException e) {
            String why = e.toString();
            if (!why.equals(trouble)) {
                trouble = why;
                LOG.error(
                        "the server certificate of the settings can't be read, and what was shown before goes on: {}",
                        why);
            }
            return null;
        }
    }

    private String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new IOException(file + " is longer than " + maxBytes + " bytes");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }
}
