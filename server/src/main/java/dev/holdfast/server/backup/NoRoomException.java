package dev.holdfast.server.backup;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The disk of the data directory has no room for what a backup needs beside the data. */
public final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1L;
    /** The database's word and the system's. */
    private static final List<String> WORDS = List.of("SQLITE_FULL", "No space left on device");

    NoRoomException(Throwable cause) {
        super("no room for a copy of the state database", cause);
    }

    /** Whether it is what a full disk leads to. */
    static boolean isWhy(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (WORDS.stream().anyMatch(String.valueOf(cause.getMessage())::contains)) {
                return true;
            }
        }
        return false;
    }
}
