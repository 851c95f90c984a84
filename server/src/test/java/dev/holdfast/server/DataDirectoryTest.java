package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {
    @TempDir
    Path parent;

    @Test
    void is_made_with_its_parents_for_its_owner_only() throws Exception {
        Path path = parent.resolve("a").resolve("b");

        try (DataDirectory data = DataDirectory.open(path)) {
            assertThat(data.path()).isEqualTo(path.toAbsolutePath());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void an_empty_directory_is_taken_and_closed_to_others() throws Exception {
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));

        DataDirectory.open(parent).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent)))
                .isEqualTo("rwx------");
    }

    /** Somebody who types /tmp must not find it closed to everyone. */
    @Test
    void a_directory_with_foreign_files_is_left_as_it_is() throws Exception {
        Files.writeString(parent.resolve("letter.txt"), "dear");
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThatThrownBy(() -> DataDirectory.open(parent))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(parent.toString())
                .hasMessageContaining("--data");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent)))
                .isEqualTo("rwxr-xr-x");
        assertThat(parent).isDirectoryNotContaining("glob:**.lock");
    }

    @Test
    void a_file_in_its_place_is_told() throws Exception {
        Path file = Files.writeString(parent.resolve("data"), "");

        assertThatThrownBy(() -> DataDirectory.open(file))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("not a directory");
    }

    @Test
    void is_open_once_at_a_time() throws Exception {
        try (DataDirectory _ = DataDirectory.open(parent)) {
            assertThatThrownBy(() -> DataDirectory.open(parent))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
        }
        DataDirectory.open(parent).close();
    }

    @Test
    void rubbish_in_the_lock_of_a_dead_process_does_not_matter() throws Exception {
        Files.writeString(
                parent.resolve("holdfast.lock"), "\u001b[31mnot a number, and long enough to fill the buffer");
        try (DataDirectory _ = DataDirectory.open(parent)) {
            assertThat(parent.resolve("holdfast.lock"))
                    .hasContent(String.valueOf(ProcessHandle.current().pid()));
        }
    }
}
