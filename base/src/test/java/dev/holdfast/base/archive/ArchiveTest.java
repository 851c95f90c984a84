package dev.holdfast.base.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.base.Limits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ArchiveTest {
    private static final Limits.Backup LIMITS = new Limits.Backup(100, 1 << 20);
    private static final ArchiveFacts FACTS = new ArchiveFacts("0.1.0", Instant.parse("2026-11-22T10:00:00Z"));
    private static final long MADE = FACTS.madeAt().getEpochSecond();

    @TempDir
    Path directory;

    private static byte[] written(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ArchiveWriter writer = new ArchiveWriter(out, FACTS, LIMITS);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            writer.add(file.getKey(), file.getValue());
        }
        writer.finish();
        return out.toByteArray();
    }

    private static Map<String, byte[]> files() {
        Random random = new Random(5);
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int size : new int[] {0, 1, 511, 512, 513, 100_000}) {
            byte[] content = new byte[size];
            random.nextBytes(content);
            files.put("telemetry/hub1/" + size + ".segment", content);
        }
        files.put("operator-token", "secret\n".getBytes(StandardCharsets.US_ASCII));
        return files;
    }

    private static Map<String, byte[]> read(byte[] archive) throws IOException {
        Map<String, ByteArrayOutputStream> open = new LinkedHashMap<>();
        ArchiveReader.Summary summary = new ArchiveReader(new ByteArrayInputStream(archive), LIMITS)
                .read((path, bytes) -> {
                    ByteArrayOutputStream content = new ByteArrayOutputStream();
                    open.put(path, content);
                    return content;
                });
        assertThat(summary.facts()).isEqualTo(FACTS);
        assertThat(summary.files()).isEqualTo(open.size());
        Map<String, byte[]> files = new LinkedHashMap<>();
        open.forEach((path, content) -> files.put(path, content.toByteArray()));
        return files;
    }

    private static void assertRefused(byte[] archive, String... words) {
        assertThatThrownBy(() -> new ArchiveReader(new ByteArrayInputStream(archive), LIMITS)
                        .read((path, bytes) -> OutputStream.nullOutputStream()))
                .isInstanceOf(ArchiveException.class)
                .satisfies(refused -> {
                    for (String word : words) {
                        assertThat(refused).hasMessageContaining(word);
                    }
                });
    }

    @Test
    void what_is_written_is_read() throws IOException {
        Map<String, byte[]> files = files();
        Map<String, byte[]> read = read(written(files));
        assertThat(read.keySet()).containsExactlyElementsOf(files.keySet());
        files.forEach((path, content) -> assertThat(read.get(path)).as(path).isEqualTo(content));
    }

    @Test
    void tar_and_sha256sum_of_the_system_understand_it() throws Exception {
        Path archive = Files.write(directory.resolve("backup.tar"), written(files()));
        Process process = new ProcessBuilder(
                        "sh", "-c", "tar -xf \"$1\" && sha256sum --check --strict SHA256SUMS", "sh", archive.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output).contains("operator-token: OK", "backup.json: OK").doesNotContain("FAILED");
    }

    @Test
    void every_cut_is_seen() throws IOException {
        byte[] archive = written(Map.of("a", new byte[700]));
        for (int length = 0; length < archive.length; length++) {
            assertRefused(Arrays.copyOf(archive, length));
        }
    }

    @Test
    void every_altered_byte_is_seen() throws IOException {
        byte[] archive = written(Map.of("a", "some content".getBytes(StandardCharsets.US_ASCII)));
        for (int at = 0; at < archive.length; at++) {
            byte[] altered = archive.clone();
            altered[at] ^= 0x41;
            assertRefused(altered);
        }
    }

    @Test
    void random_bytes_do_no_harm() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] archive = written(files());
        for (int round = 0; round < 2000; round++) {
            byte[] altered = archive.clone();
            int at = random.nextInt(altered.length);
            byte[] noise = new byte[1 + random.nextInt(600)];
            random.nextBytes(noise);
            System.arraycopy(noise, 0, altered, at, Math.min(noise.length, altered.length - at));
            if (Arrays.equals(altered, archive)) {
                // Chance made the bytes that were there.
                altered[at] ^= 1;
            }
            assertThat(catchThrowable(() -> new ArchiveReader(new ByteArrayInputStream(altered), LIMITS)
                            .read((path, bytes) -> OutputStream.nullOutputStream())))
                    .as("seed %d, round %d", seed, round)
                    .isInstanceOf(ArchiveException.class);
        }
    }

    @Test
    void a_damaged_file_is_named() throws IOException {
        byte[] archive = written(Map.of("state.db", "some content".getBytes(StandardCharsets.US_ASCII)));
        String text = new String(archive, StandardCharsets.ISO_8859_1);
        assertRefused(
                text.replace("some content", "same content").getBytes(StandardCharsets.ISO_8859_1),
                "state.db",
                "checksum");
    }

    @Test
    void what_follows_the_end_is_refused() throws IOException {
        byte[] archive = written(files());
        assertRefused(Arrays.copyOf(archive, archive.length + 1), "goes on");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x",
                "a/../../x",
                "/etc/passwd",
                "a//b",
                "a/",
                ".hidden",
                "a/.b",
                "a\\b",
                "a b",
                "a\nb",
                "~/x",
                "",
                "a/b/c/d/e/f",
                "C:x",
                "ä"
            })
    void a_name_that_leads_elsewhere_is_refused(String name) throws IOException {
        assertThat(TarHeader.isPath(name)).isFalse();
        byte[] archive = withHeader(name, '0', "");
        assertRefused(archive);
    }

    @ParameterizedTest
    @ValueSource(chars = {'1', '2', '3', '4', '5', '6', '7', 'x', 'g', 'L', 'K', '\0'})
    void only_plain_files_are_let_in(char type) throws IOException {
        assertRefused(withHeader("link", type, "/etc/passwd"), "plain file");
    }

    @Test
    void the_same_name_twice_is_refused() throws IOException {
        byte[] archive = written(Map.of("a", new byte[0]));
        int at = 2 * TarHeader.BLOCK_BYTES;
        ByteArrayOutputStream twice = new ByteArrayOutputStream();
        twice.write(archive, 0, at);
        twice.write(archive, at, TarHeader.BLOCK_BYTES);
        twice.write(archive, at, archive.length - at);
        assertRefused(twice.toByteArray(), "twice");
    }

    @Test
    void an_archive_of_another_format_says_so() throws IOException {
        byte[] archive = written(Map.of());
        String text = new String(archive, StandardCharsets.ISO_8859_1).replace("\"format\":1", "\"format\":9");
        assertRefused(text.getBytes(StandardCharsets.ISO_8859_1), "format 9", "release");
    }

    @Test
    void another_tar_archive_is_no_backup() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new TarHeader("readme", 0).write(MADE));
        out.write(new byte[2 * TarHeader.BLOCK_BYTES]);
        assertRefused(out.toByteArray(), "'holdfast backup'");
    }

    @Test
    void more_files_or_larger_ones_than_the_limit_are_refused() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ArchiveWriter writer = new ArchiveWriter(out, FACTS, new Limits.Backup(2, 100));
        writer.add("a", new byte[10]);
        assertThatThrownBy(() -> writer.add("b", new byte[1])).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> new ArchiveWriter(out, FACTS, new Limits.Backup(5, 200)).add("b", new byte[201]))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> new ArchiveReader(
                                new ByteArrayInputStream(written(files())), new Limits.Backup(100, 99_999))
                        .read((path, bytes) -> OutputStream.nullOutputStream()))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("larger");
    }

    @Test
    void a_file_that_is_shorter_than_announced_ends_the_writing() throws IOException {
        ArchiveWriter writer = new ArchiveWriter(OutputStream.nullOutputStream(), FACTS, LIMITS);
        assertThatThrownBy(() -> writer.add("a", 10, InputStream.nullInputStream()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("early");
    }

    @Test
    void a_size_beyond_eight_gibibytes_is_kept() throws IOException {
        long size = 9L << 30;
        TarHeader read = TarHeader.read(new TarHeader("state.db", size).write(MADE));
        assertThat(read).isEqualTo(new TarHeader("state.db", size));
    }

    /** An archive whose second header was made by hand, with a right checksum. */
    private static byte[] withHeader(String name, char type, String link) throws IOException {
        byte[] header = new TarHeader("a", 0).write(MADE);
        Arrays.fill(header, 0, 100, (byte) 0);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, 0, bytes.length);
        header[156] = (byte) type;
        System.arraycopy(link.getBytes(StandardCharsets.US_ASCII), 0, header, 157, link.length());
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte each : header) {
            sum += each & 0xFF;
        }
        System.arraycopy(
                String.format(java.util.Locale.ROOT, "%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII),
                0,
                header,
                148,
                8);
        byte[] archive = written(Map.of());
        int at = 2 * TarHeader.BLOCK_BYTES;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(archive, 0, at);
        out.write(header);
        out.write(archive, at, archive.length - at);
        return out.toByteArray();
    }
}
