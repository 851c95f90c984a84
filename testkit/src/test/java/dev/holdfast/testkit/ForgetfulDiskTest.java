package dev.holdfast.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ForgetfulDiskTest {
    private static final Path DIRECTORY = Path.of("/d");
    private static final Path FILE = DIRECTORY.resolve("file");

    private final ForgetfulDisk disk = new ForgetfulDisk(1);

    private static void write(Disk disk, Path file, String text, long position) throws IOException {
        try (Disk.File open = disk.open(file)) {
            open.write(ByteBuffer.wrap(text.getBytes(UTF_8)), position);
        }
    }

    private static void force(Disk disk, Path file) throws IOException {
        try (Disk.File open = disk.open(file)) {
            open.force();
        }
    }

    private static String read(Disk disk, Path file) throws IOException {
        try (Disk.File open = disk.open(file)) {
            ByteBuffer into = ByteBuffer.allocate((int) open.size());
            while (into.hasRemaining() && open.read(into, into.position()) > 0) {
                // Until the end.
            }
            return new String(into.array(), UTF_8);
        }
    }

    @Test
    void what_was_written_is_read_back_before_any_force() throws IOException {
        write(disk, FILE, "hello", 2);
        assertThat(read(disk, FILE)).isEqualTo("\0\0hello");
        assertThat(disk.list(DIRECTORY)).containsExactly(FILE);
    }

    @Test
    void a_crash_keeps_forced_bytes_of_files_with_forced_names_and_nothing_else() throws IOException {
        write(disk, FILE, "forced", 0);
        force(disk, FILE);
        disk.forceDirectory(DIRECTORY);
        write(disk, FILE, "FOR and more", 0);
        write(disk, DIRECTORY.resolve("nameless"), "x", 0);
        force(disk, DIRECTORY.resolve("nameless"));

        ForgetfulDisk after = disk.crash();

        assertThat(after.list(DIRECTORY)).containsExactly(FILE);
        assertThat(read(after, FILE)).isEqualTo("forced");
        assertThatThrownBy(() -> disk.open(FILE)).hasMessage("the power is off");
    }

    @Test
    void sizes_and_deletions_are_forgotten_too() throws IOException {
        write(disk, FILE, "forced", 0);
        force(disk, FILE);
        disk.forceDirectory(DIRECTORY);
        try (Disk.File open = disk.open(FILE)) {
            open.truncate(2);
        }
        assertThat(read(disk, FILE)).isEqualTo("fo");
        disk.delete(FILE);
        assertThat(disk.list(DIRECTORY)).isEmpty();

        ForgetfulDisk after = disk.crash();
        assertThat(read(after, FILE)).isEqualTo("forced");

        after.delete(FILE);
        after.forceDirectory(DIRECTORY);
        assertThat(after.crash().list(DIRECTORY)).isEmpty();
    }

    @Test
    void a_torn_crash_keeps_sectors_whole_and_any_of_them() throws IOException {
        Set<String> kept = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            ForgetfulDisk torn = new ForgetfulDisk(seed);
            write(torn, FILE, "-".repeat(1024), 0);
            force(torn, FILE);
            torn.forceDirectory(DIRECTORY);
            write(torn, FILE, "#".repeat(1024), 0);
            String left = read(torn.crashTorn(), FILE);
            String first = left.substring(0, 512);
            String second = left.substring(512);
            assertThat(first).isIn("-".repeat(512), "#".repeat(512));
            assertThat(second).isIn("-".repeat(512), "#".repeat(512));
            kept.add(first.substring(0, 1) + second.charAt(0));
        }
        assertThat(kept).containsExactlyInAnyOrder("--", "-#", "#-", "##");
    }

    @Test
    void a_failed_force_may_lose_what_it_was_for_and_a_later_one_does_not_bring_it_back() throws IOException {
        int lost = 0;
        for (int seed = 0; seed < 50; seed++) {
            ForgetfulDisk failing = new ForgetfulDisk(seed);
            write(failing, FILE, "old", 0);
            force(failing, FILE);
            failing.forceDirectory(DIRECTORY);
            write(failing, FILE, "new", 0);
            failing.failForces(1);
            assertThatThrownBy(() -> force(failing, FILE)).isInstanceOf(IOException.class);
            assertThat(read(failing, FILE)).isEqualTo("new");
            force(failing, FILE);
            String left = read(failing.crash(), FILE);
            assertThat(left).isIn("old", "new");
            lost += left.equals("old") ? 1 : 0;
        }
        assertThat(lost).isBetween(10, 40);
    }

    @Test
    void a_full_disk_takes_what_fits_and_overwrites_what_is_there() throws IOException {
        write(disk, FILE, "12345678", 0);
        disk.capacity(10);
        assertThatThrownBy(() -> write(disk, FILE, "abcdef", 6)).hasMessage("No space left on device");
        assertThat(read(disk, FILE)).isEqualTo("123456abcd");
        write(disk, FILE, "ABC", 0);
        disk.delete(FILE);
        write(disk, FILE, "1234567890", 0);
        assertThat(disk.usedBytes()).isEqualTo(10);
    }

    @Test
    void the_power_fails_at_the_operation_that_was_asked_for() throws IOException {
        write(disk, FILE, "a", 0);
        force(disk, FILE);
        disk.forceDirectory(DIRECTORY);
        disk.failPowerAfter(1);
        write(disk, FILE, "b", 0);
        assertThat(disk.powerIsOff()).isFalse();
        assertThatThrownBy(() -> force(disk, FILE)).hasMessage("the power failed");
        assertThat(disk.powerIsOff()).isTrue();
        assertThatThrownBy(() -> disk.list(DIRECTORY)).hasMessage("the power is off");
        assertThat(read(disk.crash(), FILE)).isEqualTo("a");
    }

    @Test
    void a_killed_process_leaves_the_cache_which_may_still_be_lost() throws IOException {
        write(disk, FILE, "cached", 0);

        ForgetfulDisk next = disk.processKilled();
        assertThat(read(next, FILE)).isEqualTo("cached");
        ForgetfulDisk lost = next.processKilled();
        assertThat(lost.crash().list(DIRECTORY)).isEmpty();
    }

    @Test
    void a_survivor_is_what_a_crash_would_leave_while_the_disk_goes_on() throws IOException {
        write(disk, FILE, "forced", 0);
        force(disk, FILE);
        disk.forceDirectory(DIRECTORY);
        write(disk, FILE, "FORCED", 0);

        assertThat(read(disk.survivor(), FILE)).isEqualTo("forced");
        assertThat(read(disk, FILE)).isEqualTo("FORCED");
    }
}
