package dev.holdfast.base.archive;

import java.io.IOException;

/** The bytes are not a whole and unaltered backup; the message is a sentence that says what is wrong. */
public final class ArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    ArchiveException(String sentence) {
        super(sentence);
    }

    ArchiveException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
