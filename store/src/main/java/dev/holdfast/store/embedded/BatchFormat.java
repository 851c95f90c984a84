package dev.holdfast.store.embedded;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A batch as it stands in a segment: the records of one partition that were written with one sync. Numbers are
 * big-endian.
 *
 * <pre>
 *  0  8  mark of the segment
 *  8  4  CRC-32C of everything from byte 12 to the end of the batch
 * 12  4  length of the batch in bytes, this header included
 * 16  4  count of records
 * 20  8  offset of the first record
 * 28  8  time of all its records, milliseconds since 1970
 * 36     records, each its length in 4 bytes and its bytes
 * </pre>
 *
 * <p>The mark is a random number that only the segment's header knows. Were it fixed, a device could send a message
 * that contains a whole batch, and a search for the batch behind a damaged place would believe it.
 */
final class BatchFormat {
    static final int HEADER_BYTES = 36;
    static final int RECORD_MAX_BYTES = 1024 * 1024;

    /** No batch is longer: one record of the greatest size, or many that fit beside each other in as much. */
    static final int MAX_BYTES = HEADER_BYTES + Integer.BYTES + RECORD_MAX_BYTES;

    private static final int CRC_AT = 8;
    private static final int LENGTH_AT = 12;
    private static final int COUNT_AT = 16;
    private static final int OFFSET_AT = 20;
    private static final int TIME_AT = 28;

    private BatchFormat() {}

    /** What a header says; to be believed once {@link #isIntact} says so of the whole batch. */
    record Header(int length, int count, long baseOffset, long timeMillis) {
        long nextOffset() {
            return baseOffset + count;
        }
    }

    /** The bytes that a record takes in a batch. */
    static int sizeOf(byte[] record) {
        return Integer.BYTES + record.length;
    }

    /** Makes room for the header; records follow by {@link #add}. */
    static void begin(ByteBuffer batch) {
        batch.clear().position(HEADER_BYTES);
    }

    static void add(ByteBuffer batch, byte[] record) {
        batch.putInt(record.length).put(record);
    }

    /** Writes the header before the records and leaves {@code batch} ready to be written to a file. */
    static void finish(ByteBuffer batch, long mark, int count, long baseOffset, long timeMillis) {
        batch.flip();
        batch.putLong(0, mark)
                .putInt(LENGTH_AT, batch.limit())
                .putInt(COUNT_AT, count)
                .putLong(OFFSET_AT, baseOffset)
                .putLong(TIME_AT, timeMillis);
        batch.putInt(CRC_AT, crc(batch, 0, batch.limit()));
    }

    static long mark(ByteBuffer bytes, int at) {
        return bytes.getLong(at);
    }

    /** Reads the header at {@code at}. */
    static Header header(ByteBuffer bytes, int at) {
        return new Header(
                bytes.getInt(at + LENGTH_AT),
                bytes.getInt(at + COUNT_AT),
                bytes.getLong(at + OFFSET_AT),
                bytes.getLong(at + TIME_AT));
    }

    /** Whether the {@code length} bytes at {@code at} are what was written. */
    static boolean isIntact(ByteBuffer bytes, int at, int length) {
        return bytes.getInt(at + CRC_AT) == crc(bytes, at, length);
    }

    private static int crc(ByteBuffer bytes, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(at + LENGTH_AT, length - LENGTH_AT));
        return (int) crc.getValue();
    }
}
