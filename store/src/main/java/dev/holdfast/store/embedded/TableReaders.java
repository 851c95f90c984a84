package dev.holdfast.store.embedded;

import dev.holdfast.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A few connections for reading, opened when they are first needed; who finds none free waits for one. Any thread. */
final class TableReaders {
    private static final Logger LOG = LoggerFactory.getLogger(TableReaders.class);

    @FunctionalInterface
    interface Question<R> {
        R ask(RowQueries rows) throws SQLException;
    }

    private record Reader(Connection connection, RowQueries rows) {
        void close() throws SQLException {
            try (connection) {
                rows.close();
            }
        }
    }

    private final SqliteConnections connections;
    private final int max;
    private final Semaphore free;
    private final Deque<Reader> idle = new ArrayDeque<>();
    private boolean closed;

    TableReaders(SqliteConnections connections, int max) {
        this.connections = connections;
        this.max = max;
        this.free = new Semaphore(max, true);
    }

    <R> R ask(Question<R> question) {
        free.acquireUninterruptibly();
        @Nullable Reader reader = null;
        try {
            reader = takeIdle();
            if (reader == null) {
                reader = open();
            }
            R answer = question.ask(reader.rows());
            giveBack(reader);
            return answer;
        } catch (SQLException cause) {
            // A connection that failed once is not trusted again.
            if (reader != null) {
                close(reader);
            }
            throw new StoreException(
                    "the database " + connections.file() + " could not be read: " + cause.getMessage(), cause);
        } finally {
            free.release();
        }
    }

    private @Nullable Reader takeIdle() {
        synchronized (idle) {
            if (closed) {
                throw new StoreException("the table in " + connections.file() + " is closed");
            }
            return idle.pollFirst();
        }
    }

    private Reader open() throws SQLException {
        Connection connection = connections.openReader();
        try {
            return new Reader(connection, new RowQueries(connection));
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    private void giveBack(Reader reader) {
        synchronized (idle) {
            idle.addFirst(reader);
        }
    }

    /** Waits for those who read. */
    void close() {
        free.acquireUninterruptibly(max);
        try {
            synchronized (idle) {
                closed = true;
                idle.forEach(TableReaders::close);
                idle.clear();
            }
        } finally {
            free.release(max);
        }
    }

    private static void close(Reader reader) {
        try {
            reader.close();
        } catch (SQLException cause) {
            LOG.warn("a connection for reading did not close: {}", cause.toString());
        }
    }
}
