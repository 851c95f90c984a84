package dev.holdfast.store.embedded;

import dev.holdfast.base.Disk;
import dev.holdfast.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file that says that a log was made to its end, and with how many partitions. Numbers are big-endian.
 *
 * <pre>
 *  0  8  "HFLOGHDR"
 *  8  4  version of the format, 1
 * 12  4  partitions
 * 16  4  CRC-32C of bytes 0 to 15
 * </pre>
 */
record LogHeader(int partitions) {
    static final String FILE_NAME = "log.header";

    private static final int BYTES = 20;
    private static final long MAGIC = 0x4846_4C4F_4748_4452L;
    private static final int VERSION = 1;
    private static final int CRC_AT = 16;

    /** Writes the file and returns when it is on the medium. */
    void write(Disk disk, Path directory) throws IOException {
        try (Disk.File file = disk.open(directory.resolve(FILE_NAME))) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(bytes()), 0);
            file.force();
        }
        disk.forceDirectory(directory);
    }

    /** The file's content. */
    byte[] bytes() {
        ByteBuffer bytes =
                ByteBuffer.allocate(BYTES).putLong(MAGIC).putInt(VERSION).putInt(partitions);
        return bytes.putInt(crc(bytes)).array();
    }

    /** Null when there is none, or not a whole one. */
    static @Nullable LogHeader read(Disk disk, Path directory) throws IOException {
        Path path = directory.resolve(FILE_NAME);
        if (!disk.list(directory).contains(path)) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        try (Disk.File file = disk.open(path)) {
            if (file.read(bytes, 0) < BYTES || bytes.getLong(0) != MAGIC || bytes.getInt(CRC_AT) != crc(bytes)) {
                return null;
            }
            // A process that was killed while it made the log leaves a header that can be read and is not on the
            // medium.
            file.force();
        }
        if (bytes.getInt(8) != VERSION) {
            throw new StoreException(path + " has format " + bytes.getInt(8) + ", and this release knows format "
                    + VERSION + ": start the release that wrote it");
        }
        return new LogHeader(bytes.getInt(12));
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, CRC_AT));
        return (int) crc.getValue();
    }
}
