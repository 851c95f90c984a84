package dev.holdfast.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

/** A full disk is told from failures that only the log can explain. */
final class NoRoomExceptionTest {
    private static StoreException failed(String message) {
        return new StoreException("can't be copied", new IllegalStateException(message));
    }

    @Test
    void a_full_disk_is_known_from_the_database_and_from_the_system() {
        assertThat(NoRoomException.isWhy(
                        failed("[SQLITE_FULL] Insertion failed because database is full (database or disk is full)")))
                .isTrue();
        assertThat(NoRoomException.isWhy(new UncheckedIOException(new IOException("No space left on device"))))
                .isTrue();
    }

    @Test
    void another_failure_is_not_taken_for_it() {
        assertThat(NoRoomException.isWhy(failed("[SQLITE_CORRUPT] The database disk image is malformed")))
                .isFalse();
        assertThat(NoRoomException.isWhy(new IOException("Input/output error"))).isFalse();
        assertThat(NoRoomException.isWhy(new IllegalStateException())).isFalse();
    }
}
