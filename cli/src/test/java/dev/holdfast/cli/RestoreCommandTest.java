package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.base.archive.ArchiveFacts;
import dev.holdfast.base.archive.ArchiveWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code restore} as its user meets it; what it refuses leaves nothing behind. */
final class RestoreCommandTest {
    @TempDir
    Path directory;

    private static Ran run(Object... arguments) {
        return Ran.of(Map.of(), Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    private static final List<String> WHOLE =
            List.of("ca.pem", "operator-token", "pki/rsa/root.key", "state.db", "telemetry/hub1/log.header");

    private static byte[] archive() throws IOException {
        return archive(WHOLE);
    }

    private static byte[] archive(List<String> paths) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ArchiveWriter writer = new ArchiveWriter(
                out,
                new ArchiveFacts("0.1.0", Instant.parse("2026-11-22T10:00:00Z")),
                Limits.defaults().installation().backup());
        for (String path : paths) {
            String content = switch (path) {
                case "ca.pem" -> "roots";
                case "operator-token" -> "token";
                default -> "x".repeat(20);
            };
            writer.add(path, content.getBytes(StandardCharsets.US_ASCII));
        }
        writer.finish();
        return out.toByteArray();
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(directory.resolve("backup.tar"), content);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private void assertRefused(Path archive, Path target, String... words) throws IOException {
        List<String> before = names();
        Ran ran = run("restore", archive, "--data", target);
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).startsWith("holdfast: ").endsWith(".\n").contains(words);
        assertThat(ran.err().lines()).as("one sentence").hasSize(1);
        assertThat(ran.err()).doesNotContain("this should not happen", "Exception", "java.");
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void a_new_directory_is_made_for_its_owner_only() throws IOException {
        Path target = directory.resolve("new").resolve("data");
        Ran ran = run("restore", file(archive()), "--data", target);
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("Restored 5 files", "2026-11-22T10:00:00Z", "holdfast up --data " + target);
        assertThat(target.resolve("operator-token")).hasContent("token");
        assertThat(target.resolve("telemetry/hub1/log.header")).hasSize(20);
        assertThat(target.resolve("holdfast.lock"))
                .as("by which a server knows it")
                .exists();
        assertThat(mode(target)).isEqualTo("rwx------");
        assertThat(mode(target.resolve("telemetry"))).isEqualTo("rwx------");
        assertThat(mode(target.resolve("operator-token"))).isEqualTo("rw-------");
        assertThat(mode(target.resolve("ca.pem"))).isEqualTo("rw-r--r--");
        try (Stream<Path> all = Files.walk(directory.resolve("new"))) {
            assertThat(all.map(Path::toString)).noneMatch(name -> name.contains("restoring"));
        }
    }

    @Test
    void an_empty_directory_is_filled_and_stays_itself() throws IOException {
        Path target = Files.createDirectory(directory.resolve("data"));
        Object identity = Files.getAttribute(target, "unix:ino");
        assertThat(run("restore", file(archive()), "--data", target).status()).isZero();
        assertThat(Files.getAttribute(target, "unix:ino"))
                .as("a mounted one can't be replaced")
                .isEqualTo(identity);
        try (Stream<Path> found = Files.list(target)) {
            assertThat(found.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "ca.pem", "operator-token", "pki", "state.db", "telemetry", "holdfast.lock");
        }
        assertThat(mode(target)).isEqualTo("rwx------");
    }

    @Test
    void a_link_to_an_empty_directory_is_followed() throws IOException {
        Path real = Files.createDirectory(directory.resolve("real"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), real);
        assertThat(run("restore", file(archive()), "--data", link).status()).isZero();
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(real.resolve("operator-token")).exists();
    }

    @Test
    void a_directory_that_holds_something_is_left_alone() throws IOException {
        Path target = Files.createDirectory(directory.resolve("data"));
        Files.writeString(target.resolve("mine"), "mine");
        assertRefused(file(archive()), target, "not an empty directory", "--data");
        assertThat(target.resolve("mine")).hasContent("mine");
        assertRefused(file(archive()), file(archive()), "not an empty directory");
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("nowhere"));
        assertRefused(file(archive()), dangling, "not an empty directory");
        assertThat(Files.exists(directory.resolve("nowhere"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }

    @Test
    void a_cut_archive_is_refused_and_nothing_is_left() throws IOException {
        byte[] archive = archive();
        for (int length :
                new int[] {0, 100, 512, 2000, archive.length / 2, archive.length - 1024, archive.length - 1}) {
            assertRefused(file(Arrays.copyOf(archive, length)), directory.resolve("data"), "can't be restored");
        }
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertRefused(file(Arrays.copyOf(archive, 2000)), empty, "cut off");
        assertThat(empty).isEmptyDirectory();
    }

    @Test
    void an_altered_archive_is_refused() throws IOException {
        String altered = new String(archive(), StandardCharsets.ISO_8859_1).replace("roots", "rooTs");
        assertRefused(
                file(altered.getBytes(StandardCharsets.ISO_8859_1)), directory.resolve("data"), "ca.pem", "checksum");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ca.pem", "operator-token", "pki/rsa/root.key", "state.db"})
    void an_archive_that_is_no_whole_installation_is_refused(String missing) throws IOException {
        List<String> rest = WHOLE.stream().filter(path -> !path.equals(missing)).toList();
        assertRefused(
                file(archive(rest)),
                directory.resolve("data"),
                "no whole installation",
                "no " + missing.replaceAll("/.*", ""));
    }

    @Test
    void an_archive_without_telemetry_is_an_installation_without_hubs() throws IOException {
        assertThat(run("restore", file(archive(WHOLE.subList(0, 4))), "--data", directory.resolve("data"))
                        .status())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello.txt", "holdfast.lock", "ready.json", "ca.pem/x", "pki", "state.db-wal"})
    void an_archive_with_a_file_that_no_installation_has_is_refused(String more) throws IOException {
        List<String> all = Stream.concat(Stream.of(more), WHOLE.stream().filter(path -> !path.equals("ca.pem")))
                .toList();
        assertRefused(file(archive(all)), directory.resolve("data"), "no installation has", more);
    }

    @Test
    void an_archive_with_one_name_for_a_file_and_a_directory_is_refused() throws IOException {
        for (List<String> both : List.of(
                List.of("pki/a", "pki/a/b"), List.of("pki/a/b", "pki/a"), List.of("telemetry/h/x/y", "telemetry/h"))) {
            assertRefused(file(archive(both)), directory.resolve("data"), "damaged or altered");
        }
    }

    @Test
    void an_archive_of_another_time_is_refused() throws IOException {
        String other = new String(archive(), StandardCharsets.ISO_8859_1)
                .replace("2026-11-22T10:00:00Z", "1926-11-22T10:00:00Z");
        assertRefused(file(other.getBytes(StandardCharsets.ISO_8859_1)), directory.resolve("data"), "damaged");
    }

    @Test
    void a_directory_is_no_archive() throws IOException {
        assertRefused(Files.createDirectory(directory.resolve("dir")), directory.resolve("data"), "is a directory");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_interruption_leaves_nothing(boolean into) throws Exception {
        Path target = directory.resolve("data");
        if (into) {
            Files.createDirectory(target);
        }
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        try (ChildCommand restore = ChildCommand.start("restore", pipe, "--data", target)) {
            try (OutputStream out = Files.newOutputStream(pipe, StandardOpenOption.WRITE)) {
                byte[] archive = archive();
                out.write(archive, 0, archive.length - 5000);
                out.flush();
                Path staging = (into ? target : directory).resolve(".data.restoring");
                restore.await(() -> Files.exists(staging.resolve("operator-token")));
                restore.interrupt();
                assertThat(restore.status()).isEqualTo(130);
            }
            assertThat(restore.output()).contains("interrupted", "nothing is left");
        }
        assertThat(names()).containsExactlyElementsOf(into ? List.of("data", "pipe") : List.of("pipe"));
        if (into) {
            assertThat(target).isEmptyDirectory();
        }
    }

    @Test
    void an_archive_of_another_format_is_refused() throws IOException {
        String other = new String(archive(), StandardCharsets.ISO_8859_1).replace("\"format\":1", "\"format\":2");
        assertRefused(file(other.getBytes(StandardCharsets.ISO_8859_1)), directory.resolve("data"), "format 2");
    }

    @Test
    void a_tar_archive_of_the_system_with_a_link_is_refused() throws Exception {
        Path source = Files.createDirectory(directory.resolve("source"));
        Files.createSymbolicLink(source.resolve("operator-token"), Path.of("/etc/passwd"));
        Path archive = directory.resolve("linked.tar");
        assertThat(new ProcessBuilder("tar", "-cf", archive.toString(), "-C", source.toString(), "operator-token")
                        .start()
                        .waitFor())
                .isZero();
        assertRefused(archive, directory.resolve("data"), "'holdfast backup'");
    }

    @Test
    void a_file_that_is_not_there_is_named() throws IOException {
        assertRefused(directory.resolve("missing.tar"), directory.resolve("data"), "no file", "missing.tar");
    }

    @Test
    void what_an_interrupted_restore_left_is_named() throws IOException {
        Files.createDirectory(directory.resolve(".data.restoring"));
        assertRefused(file(archive()), directory.resolve("data"), ".data.restoring", "delete it");
    }

    @Test
    void without_a_file_it_is_wrong_use() {
        assertThat(run("restore").status()).isEqualTo(2);
    }
}
