package dev.holdfast.base.archive;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The block before a file in a tar archive (POSIX.1-1988, ustar), as far as backups need it: plain files for their owner only, names
 * of harmless segments. A size beyond eight gibibytes is binary, as GNU tar writes it.
 *
 * <p>Whatever else tar knows (links, devices, directories, long names) is refused here, so nobody behind has to.
 */
record TarHeader(String path, long bytes) {
    static final int BLOCK_BYTES = 512;

    private static final int NAME_BYTES = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE_BYTES = 12;
    private static final int TIME_AT = 136;
    private static final int CHECKSUM_AT = 148;
    private static final int CHECKSUM_BYTES = 8;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;
    private static final byte[] MAGIC = "ustar\00000".getBytes(StandardCharsets.US_ASCII);
    private static final long OCTAL_MAX = 0_77_777_777_777L;

    /** No segment begins with a dot, so there is neither {@code ..} nor a hidden file. */
    private static final Pattern PATH =
            Pattern.compile("(?=.{1,100}$)[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,4}");

    static boolean isPath(String path) {
        return PATH.matcher(path).matches();
    }

    byte[] write(long madeAtSeconds) {
        if (!isPath(path)) {
            throw new IllegalArgumentException("not a path of a backup: " + path);
        }
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        block.put(path.getBytes(StandardCharsets.US_ASCII));
        block.position(NAME_BYTES);
        block.put(octal(0600, 8)).put(octal(0, 8)).put(octal(0, 8));
        if (bytes <= OCTAL_MAX) {
            block.put(octal(bytes, SIZE_BYTES));
        } else {
            block.putInt(0x8000_0000).putLong(bytes);
        }
        block.put(octal(madeAtSeconds, 12));
        block.put(TYPE_AT, (byte) '0');
        block.put(MAGIC_AT, MAGIC);
        block.put(CHECKSUM_AT, octal(checksum(block.array()), 7)).put(CHECKSUM_AT + 7, (byte) ' ');
        return block.array();
    }

    /**
     * Reads a block.
     *
     * @return null for a block of zeros, which ends an archive
     */
    static @Nullable TarHeader read(byte[] block) throws ArchiveException {
        if (isZero(block, 0, BLOCK_BYTES)) {
            return null;
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (block[MAGIC_AT + i] != MAGIC[i]) {
                throw new ArchiveException("it is not an archive that 'holdfast backup' wrote");
            }
        }
        if (number(block, CHECKSUM_AT, CHECKSUM_BYTES) != checksum(block)) {
            throw new ArchiveException("it is damaged: the checksum of a file's header is wrong");
        }
        String path = text(block, 0, NAME_BYTES);
        if (!isPath(path)) {
            throw new ArchiveException("it has a file with a name that no backup has: '" + printable(path) + "'");
        }
        // The type, the target of a link, and the prefix of a long name.
        if (block[TYPE_AT] != '0' || !isZero(block, TYPE_AT + 1, MAGIC_AT) || !isZero(block, 345, BLOCK_BYTES)) {
            throw new ArchiveException("'" + path + "' is not a plain file in it, and a backup has no others");
        }
        TarHeader header = new TarHeader(path, size(block));
        // Fields that nobody looks at are as they were written, too: no byte of a backup is free to change.
        if (!Arrays.equals(block, header.write(number(block, TIME_AT, SIZE_BYTES)))) {
            throw new ArchiveException("it is damaged: the header of '" + path + "' is not as it was written");
        }
        return header;
    }

    private static long size(byte[] block) throws ArchiveException {
        if (block[SIZE_AT] == (byte) 0x80) {
            ByteBuffer binary = ByteBuffer.wrap(block, SIZE_AT, SIZE_BYTES);
            long size = binary.getInt() == 0x8000_0000 ? binary.getLong() : -1;
            if (size < 0) {
                throw new ArchiveException("it is damaged: the size of a file can't be read");
            }
            return size;
        }
        return number(block, SIZE_AT, SIZE_BYTES);
    }

    private static byte[] octal(long number, int bytes) {
        String digits = Long.toOctalString(number);
        return ("0".repeat(bytes - 1 - digits.length()) + digits + "\0").getBytes(StandardCharsets.US_ASCII);
    }

    private static long number(byte[] block, int at, int bytes) throws ArchiveException {
        String digits = text(block, at, bytes).strip();
        if (!digits.matches("[0-7]{1,11}")) {
            throw new ArchiveException("it is damaged: a number in a file's header can't be read");
        }
        return Long.parseLong(digits, 8);
    }

    private static String text(byte[] block, int at, int bytes) {
        int end = at;
        while (end < at + bytes && block[end] != 0) {
            end++;
        }
        return new String(block, at, end - at, StandardCharsets.ISO_8859_1);
    }

    /** The sum of all bytes, with blanks where it stands itself. */
    private static long checksum(byte[] block) {
        long sum = (long) CHECKSUM_BYTES * ' ';
        for (int i = 0; i < BLOCK_BYTES; i++) {
            if (i < CHECKSUM_AT || i >= CHECKSUM_AT + CHECKSUM_BYTES) {
                sum += block[i] & 0xFF;
            }
        }
        return sum;
    }

    static boolean isZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static String printable(String text) {
        return text.replaceAll("[^ -~]", "?");
    }
}
