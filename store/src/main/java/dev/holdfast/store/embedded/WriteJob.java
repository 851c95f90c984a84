package dev.holdfast.store.embedded;

import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A work on its way through the writer, and the caller who waits for it. */
final class WriteJob<R extends @Nullable Object> {
    @FunctionalInterface
    interface ScopedWork<R extends @Nullable Object> {
        R run(WriteTransaction transaction);
    }

    private final String scope;
    private final ScopedWork<R> work;
    private final CountDownLatch done = new CountDownLatch(1);
    private @Nullable R result;
    private @Nullable Throwable failure;

    WriteJob(String scope, ScopedWork<R> work) {
        this.scope = scope;
        this.work = work;
    }

    /**
     * Runs the work between savepoint and release; when it throws, nothing of it remains and the exception is kept
     * for the caller.
     *
     * @throws SQLException when the database failed: then nothing is known about any work of the group
     */
    void run(WriterSession session) throws SQLException {
        result = null;
        failure = null;
        session.savepoint();
        WriteTransaction transaction = new WriteTransaction(session, scope);
        try {
            result = work.run(transaction);
        } catch (Throwable thrown) {
            failure = thrown;
        }
        transaction.end();
        if (failure != null) {
            session.rollBackToSavepoint();
        }
        session.release();
    }

    /** Lets the caller go with what the work returned or threw. */
    void release() {
        done.countDown();
    }

    void fail(RuntimeException why) {
        failure = why;
        done.countDown();
    }

    /**
     * Waits until the work is durable or has failed. An interruption does not end the wait, since the work may be
     * stored.
     */
    R await() {
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw unchanged(failure);
        }
        return resultOrNull();
    }

    @SuppressWarnings("NullAway") // null is then what the work returned, and R allows it
    private R resultOrNull() {
        return result;
    }

    /** Throws what the work threw, checked or not: a work in another language or a lambda can throw anything. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> RuntimeException unchanged(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
