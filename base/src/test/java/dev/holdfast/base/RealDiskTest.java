package dev.holdfast.base;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RealDiskTest {
    @TempDir
    Path directory;

    private final Disk disk = Disk.real();

    @Test
    void an_interrupted_reader_still_reads_and_spoils_the_file_for_nobody() throws IOException {
        try (Disk.File file = disk.open(directory.resolve("a"))) {
            write(file, "one", 0);
            assertThat(read(file, 0, 3)).isEqualTo("one");

            Thread.currentThread().interrupt();
            String whileInterrupted = read(file, 0, 3);
            assertThat(Thread.interrupted()).as("the interruption is kept").isTrue();

            write(file, "two", 3);
            file.force();
            assertThat(whileInterrupted).isEqualTo("one");
            assertThat(read(file, 0, 6)).isEqualTo("onetwo");
        }
    }

    @Test
    void files_and_directories_are_for_their_owner_only() throws IOException {
        Path outer = directory.resolve("outer");
        Path inner = outer.resolve("inner");
        disk.createDirectories(inner);
        disk.open(inner.resolve("a")).close();

        assertThat(modeOf(outer)).isEqualTo("rwx------");
        assertThat(modeOf(inner)).isEqualTo("rwx------");
        assertThat(modeOf(inner.resolve("a"))).isEqualTo("rw-------");
    }

    @Test
    void a_longer_file_reads_as_zeros() throws IOException {
        try (Disk.File file = disk.open(directory.resolve("a"))) {
            write(file, "one", 0);
            file.truncate(5);
            assertThat(file.size()).isEqualTo(5);
            assertThat(read(file, 0, 9)).isEqualTo("one\0\0");
            file.truncate(2);
            assertThat(read(file, 0, 9)).isEqualTo("on");
            assertThat(file.read(ByteBuffer.allocate(1), 2)).isEqualTo(-1);
        }
    }

    @Test
    void files_are_listed_in_order_of_name_and_directories_are_not() throws IOException {
        disk.open(directory.resolve("b")).close();
        disk.open(directory.resolve("a")).close();
        disk.createDirectories(directory.resolve("c"));

        assertThat(disk.list(directory)).containsExactly(directory.resolve("a"), directory.resolve("b"));
        assertThat(disk.list(directory.resolve("missing"))).isEmpty();
    }

    private static void write(Disk.File file, String text, long position) throws IOException {
        file.write(ByteBuffer.wrap(text.getBytes(UTF_8)), position);
    }

    private static String read(Disk.File file, long position, int maxBytes) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(maxBytes);
        file.read(into, position);
        return new String(into.array(), 0, into.position(), UTF_8);
    }

    private static String modeOf(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
