package dev.holdfast.testkit;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** The bytes of one file in memory, and the ways in which a change to them may arrive on a medium. */
final class FileContent {
    /** What real disks write as a whole, or not at all. */
    private static final int SECTOR_BYTES = 512;

    sealed interface Change {
        record Write(long position, byte[] bytes) implements Change {}

        record Resize(long size) implements Change {}
    }

    private byte[] bytes = new byte[0];
    private int size;

    FileContent copy() {
        FileContent copy = new FileContent();
        copy.bytes = Arrays.copyOf(bytes, size);
        copy.size = size;
        return copy;
    }

    int size() {
        return size;
    }

    int read(ByteBuffer into, long position) {
        if (position >= size) {
            return -1;
        }
        int length = Math.min(into.remaining(), size - (int) position);
        into.put(bytes, (int) position, length);
        return length;
    }

    void apply(Change change) {
        switch (change) {
            case Change.Write(long position, byte[] from) -> write((int) position, from, 0, from.length);
            case Change.Resize(long to) -> resize((int) to);
        }
    }

    /** Applies the change wholly, not at all, or only some of its sectors. */
    void applyTorn(Change change, Random random) {
        switch (random.nextInt(3)) {
            case 0 -> {}
            case 1 -> apply(change);
            default -> {
                switch (change) {
                    case Change.Write(long position, byte[] from) -> writeSomeSectors((int) position, from, random);
                    case Change.Resize resize -> apply(resize);
                }
            }
        }
    }

    private void writeSomeSectors(int position, byte[] from, Random random) {
        int at = 0;
        while (at < from.length) {
            int length = Math.min(SECTOR_BYTES - (position + at) % SECTOR_BYTES, from.length - at);
            if (random.nextBoolean()) {
                write(position + at, from, at, length);
            }
            at += length;
        }
    }

    private void write(int position, byte[] from, int start, int length) {
        if (length > 0 && position + length > size) {
            resize(position + length);
        }
        System.arraycopy(from, start, bytes, position, length);
    }

    private void resize(int to) {
        if (to > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(to, bytes.length * 2));
        } else if (to < size) {
            Arrays.fill(bytes, to, size, (byte) 0);
        }
        size = to;
    }
}
