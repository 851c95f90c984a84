package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.server.operator.OperatorToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PrivateFileTest {
    @TempDir
    Path directory;

    @Test
    void replaces_a_file_that_others_could_read() throws IOException {
        Path file = Files.writeString(directory.resolve("token"), "old and long");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        PrivateFile.write(file, "new");

        assertThat(file).hasContent("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(directory.toFile().list()).containsExactly("token");
    }

    @Test
    void leaves_nothing_behind_when_it_fails() throws IOException {
        Path blocked = directory.resolve("token");
        Files.createDirectories(blocked.resolve("not-empty"));

        assertThatThrownBy(() -> PrivateFile.write(blocked, "text")).isInstanceOf(IOException.class);
        assertThat(directory.toFile().list()).containsExactly("token");
    }

    @Test
    void the_operator_token_is_made_once_and_differs_between_installations() throws Exception {
        SecureRandom random = new SecureRandom();
        OperatorToken made = OperatorTokenFile.readOrMake(directory.resolve("a"), random);

        assertThat(made.value()).matches("[A-Za-z0-9_-]{43}");
        assertThat(made.toString()).doesNotContain(made.value());
        assertThat(OperatorTokenFile.readOrMake(directory.resolve("a"), random)).isEqualTo(made);
        assertThat(OperatorTokenFile.readOrMake(directory.resolve("b"), random)).isNotEqualTo(made);
    }

    @Test
    void a_damaged_operator_token_is_not_used() throws IOException {
        Path file = Files.writeString(directory.resolve("token"), "admin");

        assertThatThrownBy(() -> OperatorTokenFile.readOrMake(file, new SecureRandom()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(file.toString())
                .hasMessageNotContaining("admin");
    }
}
