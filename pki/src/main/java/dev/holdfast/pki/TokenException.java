package dev.holdfast.pki;

/** A key in a token can't be had. The message says why and what to do, in a sentence without its end, and never has a PIN. */
public final class TokenException extends Exception {
    private static final long serialVersionUID = 1L;

    public TokenException(String message) {
        super(message);
    }

    public TokenException(String message, Throwable cause) {
        super(message, cause);
    }
}
