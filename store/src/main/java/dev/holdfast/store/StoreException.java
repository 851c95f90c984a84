package dev.holdfast.store;

/**
 * The storage below could not do what was asked: disk full, file damaged, database locked. Never an answer to a
 * client's mistake.
 */
public final class StoreException extends RuntimeException {
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    public StoreException(String message) {
        super(message);
    }
}
