package dev.holdfast.pki;

import java.io.IOException;

/** A text does not hold the PEM that was asked for. The message says what is wrong and never quotes the text, which may be a key. */
public final class PemException extends IOException {
    private static final long serialVersionUID = 1;

    PemException(String message) {
        super(message);
    }

    PemException(String message, Throwable cause) {
        super(message, cause);
    }
}
