package dev.holdfast.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Versioned rows, grouped by scope (a hub, or the installation itself) and kind.
 *
 * <p><b>Transactions.</b> {@link #transact} runs its work alone among the writers of the scope, sees what it wrote
 * itself, and returns after everything it wrote is on the medium. When the work throws, nothing of it remains. One
 * transaction never spans two scopes. Several transactions may share one sync.
 *
 * <p><b>Reads</b> see the newest committed state and never wait for a writer.
 *
 * <p><b>Versions</b> rise with every write in a scope and are never reused in it, not even after a row was deleted
 * and made again: a version seen once names that state for ever.
 *
 * <p><b>Keys</b> are compared byte by byte in UTF-8, by case; lists come in that order. Scope, kind and key are not
 * empty and at most 1,024 bytes long, and well-formed Unicode; a value has at most 1 MiB. What breaks these bounds is
 * refused with an {@link IllegalArgumentException}.
 *
 * <p><b>Threads.</b> Any thread; every method may block on the disk, so none is called on an event loop. Failures of
 * the storage are {@link StoreException}s.
 */
public interface Table extends AutoCloseable {
    /** Rows that {@link #each} holds in memory at once. */
    int EACH_AT_ONCE = 1000;

    /** A row as it was when read. The array is the caller's own. */
    record Row(String key, long version, byte[] value) {}

    /** What a transaction may do, within its scope and only until its work returns. */
    interface Transaction {
        Optional<Row> get(String kind, String key);

        /** As {@link Table#list}, including what this transaction wrote. */
        List<Row> list(String kind, String afterKey, int maxRows);

        long count(String kind);

        /** Writes a row, new or not, and returns it with its new version. */
        Row put(String kind, String key, byte[] value);

        /** Returns whether there was such a row. */
        boolean delete(String kind, String key);

        /** Counts up the number that a row of its own keeps, in decimal: 1 at first. */
        default long increment(String kind, String key) {
            long next = 1
                    + get(kind, key)
                            .map(row -> Long.parseLong(new String(row.value(), StandardCharsets.US_ASCII)))
                            .orElse(0L);
            put(kind, key, Long.toString(next).getBytes(StandardCharsets.US_ASCII));
            return next;
        }
    }

    /** The work of one transaction. It may run more than once, so it does nothing outside the transaction. */
    @FunctionalInterface
    interface Work<R extends @Nullable Object> {
        R run(Transaction transaction);
    }

    Optional<Row> get(String scope, String kind, String key);

    /**
     * The rows of a kind whose key is greater than {@code afterKey} (empty: from the first), at most {@code maxRows}
     * (at least 1).
     */
    List<Row> list(String scope, String kind, String afterKey, int maxRows);

    long count(String scope, String kind);

    /**
     * Hands over every row of a kind, in the order of keys, read a part at a time: rows that come or go meanwhile may be among them
     * or not.
     */
    default void each(String scope, String kind, Consumer<Row> action) {
        String after = "";
        List<Row> rows;
        do {
            rows = list(scope, kind, after, EACH_AT_ONCE);
            rows.forEach(action);
            after = rows.isEmpty() ? "" : rows.getLast().key();
        } while (rows.size() == EACH_AT_ONCE);
    }

    /**
     * Runs {@code work} and returns its result when it is durable. What {@code work} throws comes out unchanged. It
     * waits for nothing that another transaction does, and begins none.
     */
    <R extends @Nullable Object> R transact(String scope, Work<R> work);

    /** Deletes every row of a scope, durably; its versions go on rising. */
    void deleteScope(String scope);

    /**
     * Finishes the transactions that were begun, and closes the files. Whatever comes after that is a {@link
     * StoreException}.
     */
    @Override
    void close();
}
