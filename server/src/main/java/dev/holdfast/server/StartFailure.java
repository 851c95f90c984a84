package dev.holdfast.server;

import org.jspecify.annotations.Nullable;

/** Why the server can't start, in one sentence that says what to change. */
final class StartFailure extends Exception {
    StartFailure(String sentence) {
        this(sentence, null);
    }

    StartFailure(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
