package dev.holdfast.store.embedded;

import dev.holdfast.base.Utf8;

/** The bounds that the contract of {@link dev.holdfast.store.Table} sets. */
final class TableBounds {
    static final int NAME_MAX_BYTES = 1024;
    static final int VALUE_MAX_BYTES = 1024 * 1024;

    private TableBounds() {}

    /** Refuses a scope, kind or key that is empty, too long, or cannot be written in UTF-8. */
    static void checkName(String what, String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("the " + what + " is empty");
        }
        checkLength(what, name);
    }

    /** Refuses a key to list from; empty means: from the first. */
    static void checkAfterKey(String afterKey) {
        checkLength("key", afterKey);
    }

    static void checkMaxRows(int maxRows) {
        if (maxRows < 1) {
            throw new IllegalArgumentException("a list has at least 1 row, not " + maxRows);
        }
    }

    static void checkValue(byte[] value) {
        if (value.length > VALUE_MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a value has at most " + VALUE_MAX_BYTES + " bytes, not " + value.length);
        }
    }

    private static void checkLength(String what, String name) {
        if (name.length() > NAME_MAX_BYTES || Utf8.length(name) > NAME_MAX_BYTES) {
            throw new IllegalArgumentException("the " + what + " is longer than " + NAME_MAX_BYTES + " bytes in UTF-8");
        }
        if (!Utf8.isWellFormed(name)) {
            throw new IllegalArgumentException("the " + what + " has half a surrogate pair");
        }
    }
}
