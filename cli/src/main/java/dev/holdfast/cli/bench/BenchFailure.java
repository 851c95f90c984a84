package dev.holdfast.cli.bench;

import java.io.IOException;

/** Why a bench could not go on, as a sentence for whoever started it. */
public final class BenchFailure extends IOException {
    BenchFailure(String sentence) {
        super(sentence);
    }

    BenchFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
