package dev.holdfast.store.embedded;

import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table.Row;
import dev.holdfast.store.Table.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A transaction while its work runs, on the writer's thread only.
 *
 * <p>It remembers a failure of the database, whatever the work makes of the exception: SQLite may then have rolled
 * back more than this work.
 */
final class WriteTransaction implements Transaction {
    @FunctionalInterface
    private interface Step<R> {
        R take() throws SQLException;
    }

    private final WriterSession session;
    private final String scope;
    private final Thread thread = Thread.currentThread();
    private boolean ended;
    private @Nullable SQLException failure;

    WriteTransaction(WriterSession session, String scope) {
        this.session = session;
        this.scope = scope;
    }

    @Override
    public Optional<Row> get(String kind, String key) {
        TableBounds.checkName("kind", kind);
        TableBounds.checkName("key", key);
        return take(() -> session.rows().get(scope, kind, key));
    }

    @Override
    public List<Row> list(String kind, String afterKey, int maxRows) {
        TableBounds.checkName("kind", kind);
        TableBounds.checkAfterKey(afterKey);
        TableBounds.checkMaxRows(maxRows);
        return take(() -> session.rows().list(scope, kind, afterKey, maxRows));
    }

    @Override
    public long count(String kind) {
        TableBounds.checkName("kind", kind);
        return take(() -> session.rows().count(scope, kind));
    }

    @Override
    public Row put(String kind, String key, byte[] value) {
        TableBounds.checkName("kind", kind);
        TableBounds.checkName("key", key);
        TableBounds.checkValue(value);
        return take(() -> new Row(key, session.put(scope, kind, key, value), value.clone()));
    }

    @Override
    public boolean delete(String kind, String key) {
        TableBounds.checkName("kind", kind);
        TableBounds.checkName("key", key);
        return take(() -> session.delete(scope, kind, key));
    }

    boolean deleteAll() {
        return take(() -> {
            session.deleteScope(scope);
            return true;
        });
    }

    /** Ends the transaction for its work; says what the database did to it. */
    void end() throws SQLException {
        ended = true;
        if (failure != null) {
            throw failure;
        }
    }

    private <R> R take(Step<R> step) {
        if (ended || !Thread.currentThread().equals(thread)) {
            throw new IllegalStateException("a transaction is used by its work only, and only while that runs");
        }
        if (failure != null) {
            throw failed(failure);
        }
        try {
            return step.take();
        } catch (SQLException cause) {
            failure = cause;
            throw failed(cause);
        }
    }

    private static StoreException failed(SQLException cause) {
        return new StoreException("the database failed: " + cause.getMessage(), cause);
    }
}
