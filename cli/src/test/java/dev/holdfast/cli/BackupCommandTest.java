package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.base.archive.ArchiveFacts;
import dev.holdfast.base.archive.ArchiveWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code backup} as its user meets it where it can't be made: no file of the user's is touched, and no key is left behind. */
final class BackupCommandTest {
    @TempDir
    Path directory;

    @TempDir
    Path out;

    private StubServer server;

    @BeforeEach
    void start() throws Exception {
        server = new StubServer(directory);
        server.writeReadyFile();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private List<String> left() {
        try (Stream<Path> found = Files.list(out)) {
            return found.map(path -> path.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertRefused(Path file, String... words) {
        StringWriter err = new StringWriter();
        int status = Main.run(
                Map.of(),
                new PrintWriter(new StringWriter(), true),
                new PrintWriter(err, true),
                "backup",
                "--data",
                directory.toString(),
                "--out",
                file.toString());
        assertThat(status).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("holdfast: ")
                .contains(words)
                .doesNotContain("Exception")
                .endsWith(".\n");
    }

    @Test
    void a_directory_that_is_not_there_is_named() {
        assertRefused(out.resolve("missing/x.tar"), "no directory", "missing", "--out");
    }

    @Test
    void a_link_that_leads_nowhere_is_not_replaced() throws IOException {
        Path link = Files.createSymbolicLink(out.resolve("x.tar"), out.resolve("nowhere"));
        assertRefused(link, "exists already", "--out");
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(Files.exists(out.resolve("nowhere"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }

    @Test
    void an_answer_that_is_no_backup_leaves_nothing() {
        server.on("POST /holdfast/v1/backup", 200, "hello");
        assertRefused(out.resolve("x.tar"), "did not arrive whole");
        assertThat(left()).isEmpty();
    }

    @Test
    void what_the_server_says_is_handed_on() {
        server.on(
                "POST /holdfast/v1/backup",
                507,
                "{\"error\":{\"code\":\"NoSpace\",\"message\":\"There is no space left.\"}}");
        assertRefused(out.resolve("x.tar"), "no space left");
        assertThat(left()).isEmpty();
    }

    @Test
    void an_interruption_leaves_nothing() throws Exception {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        ArchiveWriter writer = new ArchiveWriter(
                archive,
                new ArchiveFacts("0.1.0", Instant.parse("2026-11-22T10:00:00Z")),
                Limits.defaults().installation().backup());
        writer.add("operator-token", new byte[300_000]);
        server.onHalf("/holdfast/v1/backup", Arrays.copyOf(archive.toByteArray(), 200_000));
        try (ChildCommand backup = ChildCommand.start("backup", "--data", directory, "--out", out.resolve("x.tar"))) {
            backup.await(() -> left().size() == 1);
            backup.interrupt();
            assertThat(backup.status()).isEqualTo(130);
            assertThat(backup.output()).contains("interrupted", "nothing is left of the backup");
        }
        assertThat(left()).isEmpty();
    }
}
