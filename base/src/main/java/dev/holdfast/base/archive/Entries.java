package dev.holdfast.base.archive;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What the writer and the reader of an archive must do alike. */
final class Entries {
    /** The last entry: a line for each file before it, as {@code sha256sum --check} reads it. */
    static final String SUMS = "SHA256SUMS";

    static final int BUFFER_BYTES = 64 * 1024;

    private Entries() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    static String sumLine(String path, MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest()) + "  " + path + "\n";
    }

    /** Zeros that fill the last block of a file. */
    static int padding(long bytes) {
        return (int) ((TarHeader.BLOCK_BYTES - bytes % TarHeader.BLOCK_BYTES) % TarHeader.BLOCK_BYTES);
    }
}
