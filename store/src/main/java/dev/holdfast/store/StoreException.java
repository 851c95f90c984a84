package dev.holdfast.store;

/**
 * The storage below could not do what was asked: disk full, file damaged, database locked. Never an answer to a
 * client's mistake.
 */
public final class StoreException extends RuntimeException {
    private final boolean damaged;

    public StoreException(String message, Throwable cause) {
        this(message, cause, false);
    }

    /** @param damaged whether it is known that the file is not what it should be, so that no second try helps */
    public StoreException(String message, Throwable cause, boolean damaged) {
        super(message, cause);
        this.damaged = damaged;
    }

    public StoreException(String message) {
        super(message);
        this.damaged = false;
    }

    public boolean isDamaged() {
        return damaged;
    }
}
