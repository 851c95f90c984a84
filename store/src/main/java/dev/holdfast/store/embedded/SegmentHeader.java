package dev.holdfast.store.embedded;

import dev.holdfast.store.StoreException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first page of a segment. Numbers are big-endian.
 *
 * <pre>
 *  0  8  "HFSEGMNT"
 *  8  4  version of the format, 1
 * 12  4  partition
 * 16  8  offset of the first record
 * 24  8  time of the newest record before this segment, milliseconds since 1970, 0 when there never was one
 * 32  8  mark of the batches in this segment
 * 40  4  CRC-32C of bytes 0 to 39
 * 44     zeros up to byte 4095
 * </pre>
 *
 * <p>It fills a page so that no write of a batch ever touches it. The time keeps the promise that times never run
 * backwards when retention has dropped all older segments, and tells the newest time of the segment before without
 * reading that.
 */
record SegmentHeader(int partition, long baseOffset, long previousTimeMillis, long mark) {
    static final int BYTES = 4096;

    private static final long MAGIC = 0x4846_5345_474D_4E54L;
    private static final int VERSION = 1;
    private static final int CRC_AT = 40;

    ByteBuffer write() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES)
                .putLong(MAGIC)
                .putInt(VERSION)
                .putInt(partition)
                .putLong(baseOffset)
                .putLong(previousTimeMillis)
                .putLong(mark);
        return bytes.putInt(crc(bytes)).rewind();
    }

    /**
     * Reads a header; null when the bytes are none, or were damaged.
     *
     * @throws StoreException when a newer release wrote it
     */
    static @Nullable SegmentHeader read(ByteBuffer bytes, Path path) {
        if (bytes.limit() < BYTES || bytes.getLong(0) != MAGIC || bytes.getInt(CRC_AT) != crc(bytes)) {
            return null;
        }
        int version = bytes.getInt(8);
        if (version != VERSION) {
            throw new StoreException(path + " has format " + version + ", and this release knows format " + VERSION
                    + ": start the release that wrote it");
        }
        return new SegmentHeader(bytes.getInt(12), bytes.getLong(16), bytes.getLong(24), bytes.getLong(32));
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, CRC_AT));
        return (int) crc.getValue();
    }
}
