package dev.holdfast.pki.token;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.pki.TokenException;
import dev.holdfast.pki.TokenKeyUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said before any token is asked; the conformance suite 'worlds' has a real one. */
class Pkcs11KeysTest {
    private static final TokenKeyUri URI = new TokenKeyUri("hub", "server");

    @TempDir
    Path directory;

    private Path pin(String content) throws IOException {
        return Files.writeString(directory.resolve("pin"), content);
    }

    private void assertRefused(Path library, Path pin, String what) {
        assertThatThrownBy(() -> new Pkcs11Keys(library, pin).find(URI))
                .isInstanceOf(TokenException.class)
                .hasMessageContaining(what)
                .hasMessageNotContaining("271828");
    }

    @Test
    void a_library_that_is_none_is_named_with_its_setting() throws Exception {
        Path text = Files.writeString(directory.resolve("library.so"), "no library");

        assertRefused(
                directory.resolve("missing.so"),
                pin("271828"),
                "missing.so can't be loaded; correct the setting pkcs11.library");
        assertRefused(text, pin("271828"), "library.so can't be loaded");
    }

    @Test
    void a_library_for_something_else_is_refused() throws Exception {
        Path other = Path.of(System.getProperty("java.home"), "lib", "libzip.so");

        assertRefused(other, pin("271828"), "libzip.so can't be loaded");
    }

    @Test
    void a_pin_file_that_has_none_is_named_and_never_quoted() throws Exception {
        Path library = directory.resolve("missing.so");

        assertRefused(
                library, directory.resolve("nowhere"), "nowhere can't be read; correct the setting pkcs11.pinFile");
        assertRefused(library, pin(""), "has no PIN");
        assertRefused(library, pin("\n271828"), "has no PIN");
        assertRefused(library, pin("271828".repeat(50)), "more than 256 bytes");
    }
}
