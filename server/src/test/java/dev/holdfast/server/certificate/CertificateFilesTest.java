package dev.holdfast.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pki.ServerChainFault;
import dev.holdfast.pki.ServerChainReading;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFilesTest {
    private static final int MAX_BYTES = 100;

    @TempDir
    Path directory;

    private final List<String> taken = new ArrayList<>();
    private boolean diskIsFull;
    private Path chain;
    private Path key;
    private CertificateFiles files;

    @BeforeEach
    void open() throws IOException {
        chain = Files.writeString(directory.resolve("chain.pem"), "chain 1");
        key = Files.writeString(directory.resolve("key.pem"), "key 1");
        files = new CertificateFiles(chain, key, MAX_BYTES, this::replace);
    }

    private ServerChainReading replace(String chainPem, String keyText) {
        taken.add(chainPem + ", " + keyText);
        if (diskIsFull) {
            throw new UncheckedIOException(new IOException("no space left"));
        }
        return new ServerChainReading.Refused(new ServerChainFault.NotAPrivateKey("a test"));
    }

    @Test
    void what_is_there_at_the_start_is_taken_at_once_and_once() {
        files.take();
        files.look();
        files.look();

        assertThat(taken).containsExactly("chain 1, key 1");
    }

    @Test
    void new_contents_are_taken_when_they_have_stayed_for_two_looks() throws IOException {
        files.take();
        Files.writeString(chain, "chain 2");
        files.look();
        Files.writeString(key, "key 2");
        files.look();
        assertThat(taken).hasSize(1);

        files.look();
        files.look();

        assertThat(taken).containsExactly("chain 1, key 1", "chain 2, key 2");
    }

    @Test
    void a_file_that_is_missing_or_too_long_is_passed_over_until_it_is_good_again() throws IOException {
        Files.delete(key);
        files.take();
        Files.writeString(key, "k".repeat(MAX_BYTES + 1));
        files.look();
        files.look();
        assertThat(taken).isEmpty();

        Files.writeString(key, "key 3");
        files.look();
        files.look();

        assertThat(taken).containsExactly("chain 1, key 3");
    }

    @Test
    void what_could_not_be_written_is_tried_again() {
        diskIsFull = true;
        files.take();
        diskIsFull = false;
        files.look();
        files.look();

        assertThat(taken).containsExactly("chain 1, key 1", "chain 1, key 1");
    }
}
