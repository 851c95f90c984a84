package dev.holdfast.store.embedded;

import dev.holdfast.base.Histogram;
import dev.holdfast.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a table that writes.
 *
 * <p>Group commit: the works that came in while the last commit ran go into one SQLite transaction, one after
 * another, each in a savepoint of its own; then one commit, one sync, and all callers go on. When the database fails,
 * which is not the same as a work that throws, the whole group is undone and each work is tried again by itself, so
 * that one row too many for a full disk does not fail the others.
 */
final class TableWriter {
    private static final Logger LOG = LoggerFactory.getLogger(TableWriter.class);

    private final SqliteConnections connections;
    private final WriteQueue queue;
    private final Thread thread;
    private final Histogram commitNanos = Histogram.ofNanos();
    private final LongAdder transactions = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile boolean failing;
    private @Nullable WriterSession session;

    /** @param first set up and with the schema in place; the writer owns it from here on */
    TableWriter(SqliteConnections connections, Connection first, int queuedMax) throws SQLException {
        this.connections = connections;
        this.session = new WriterSession(first);
        this.queue = new WriteQueue(queuedMax);
        this.thread = Thread.ofPlatform()
                .name("table-writer " + connections.file().getFileName())
                .daemon()
                .unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    <R extends @Nullable Object> R transact(String scope, WriteJob.ScopedWork<R> work) {
        if (Thread.currentThread().equals(thread)) {
            throw new IllegalStateException("a transaction cannot be begun inside the work of another one");
        }
        WriteJob<R> job = new WriteJob<>(scope, work);
        if (!queue.put(job)) {
            throw new StoreException("the table in " + connections.file() + " is closed");
        }
        return job.await();
    }

    EmbeddedTable.Counts counts() {
        return new EmbeddedTable.Counts(commitNanos.snapshot(), transactions.sum(), failed.sum(), failing);
    }

    /** Takes nothing more, finishes what was taken, and returns when the connection is closed. */
    void close() {
        queue.close();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        for (List<WriteJob<?>> group = queue.takeAll(); !group.isEmpty(); group = queue.takeAll()) {
            commit(group);
        }
        closeSession();
    }

    private void commit(List<WriteJob<?>> group) {
        try {
            WriterSession open = openSession();
            open.begin();
            for (WriteJob<?> job : group) {
                job.run(open);
            }
            long begun = System.nanoTime();
            open.commit();
            commitNanos.observe(System.nanoTime() - begun);
            transactions.add(group.size());
            failing = false;
            group.forEach(WriteJob::release);
        } catch (SQLException cause) {
            closeSession();
            if (group.size() == 1) {
                failed.increment();
                failing = true;
                LOG.error("the database {} could not be written", connections.file(), cause);
                group.getFirst().fail(notWritten(cause));
            } else {
                group.forEach(job -> commit(List.of(job)));
            }
        } catch (RuntimeException | Error bug) {
            LOG.error("the writer of {} failed", connections.file(), bug);
            closeSession();
            failed.add(group.size());
            failing = true;
            group.forEach(job -> job.fail(notWritten(bug)));
        }
    }

    private StoreException notWritten(Throwable cause) {
        return new StoreException(
                "the database " + connections.file() + " could not be written: " + cause.getMessage(), cause);
    }

    private WriterSession openSession() throws SQLException {
        if (session == null) {
            session = new WriterSession(connections.openWriter());
        }
        return session;
    }

    private void closeSession() {
        if (session != null) {
            try {
                session.close();
            } catch (SQLException cause) {
                LOG.warn("the connection to {} did not close: {}", connections.file(), cause.toString());
            }
            session = null;
        }
    }
}
