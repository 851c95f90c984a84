package dev.holdfast.hub.event;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.store.SequenceKey;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events between the transaction that caused them, which writes them here, and the log. So what was answered is told of, whatever
 * happens; after a crash an event may be in the log twice, with the same id. In the order of the transactions, save for those that
 * the log did not take at first.
 *
 * <p>{@link #add} belongs into a transaction of the hub's scope; the rest is for any thread.
 */
final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final String KIND = "hub-event";
    private static final String KIND_NUMBER = "hub-event-number";
    private static final String NUMBER = "last";
    private static final int AT_ONCE = 32;

    /** After so many failures in a row the wait for the next try grows no more: it is about a minute then. */
    private static final int FAILURES_MAX = 7;

    private final Table table;
    private final HubName hub;
    private final Intake intake;
    private final AtomicInteger asked = new AtomicInteger();
    /** Tries in a row that failed. */
    private final AtomicInteger failures = new AtomicInteger();
    /** How many calls of {@link #retry} do nothing yet. */
    private final AtomicInteger waits = new AtomicInteger();
    /** The number of the newest event that was added, by a transaction that may be under way still. */
    private volatile long newest;
    /** The number of the newest event that was found durable, and given to the log. */
    private volatile long brought;

    private volatile boolean closed;

    Outbox(Table table, HubName hub, Intake intake) {
        this.table = table;
        this.hub = hub;
        this.intake = intake;
    }

    void add(Table.Transaction rows, byte[] record) {
        long number = rows.increment(KIND_NUMBER, NUMBER);
        rows.put(KIND, SequenceKey.of(number), record);
        newest = number;
    }

    /** A transaction is durable that may have added something. */
    void committed() {
        if (newest > brought) {
            publish();
        }
    }

    /** Goes on with what an earlier run left; blocks on the disk. */
    void resume() {
        if (!table.list(hub.value(), KIND, "", 1).isEmpty()) {
            publish();
        }
    }

    /** Tries again where the last try failed, the more seldom the more often it did. Called every second or so. */
    void retry() {
        if (failures.get() == 0) {
            committed();
        } else if (waits.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            publish();
        }
    }

    /** Has what is there brought to the log, on a thread of its own; there is one at a time. */
    private void publish() {
        if (!closed && asked.getAndIncrement() == 0) {
            var _ = Thread.startVirtualThread(this::run);
        }
    }

    /** Brings nothing more to the log; what is left waits for the next start. */
    void close() {
        closed = true;
    }

    private void run() {
        int seen;
        do {
            seen = asked.get();
            try {
                publishAll();
                failures.set(0);
            } catch (RuntimeException failed) {
                // Tried again when there is another one, and now and then.
                failed(failed);
            }
        } while (!asked.compareAndSet(seen, 0));
    }

    private void failed(RuntimeException cause) {
        int before = failures.getAndUpdate(count -> Math.min(count + 1, FAILURES_MAX));
        waits.set((1 << Math.min(before, FAILURES_MAX - 1)) - 1);
        if (!closed && before == 0) {
            LOG.error("events of hub {} wait, since they could not be written to its log", hub, cause);
        }
    }

    /** Goes on behind one that the log does not take, so that it holds up no other; not where the log takes none at all. */
    private void publishAll() {
        Throwable failure = null;
        String after = "";
        List<Table.Row> rows;
        boolean goOn;
        do {
            rows = closed ? List.of() : table.list(hub.value(), KIND, after, AT_ONCE);
            List<Table.Row> stored = new ArrayList<>();
            Throwable failed = append(rows, stored);
            failure = failure == null ? failed : failure;
            if (!stored.isEmpty()) {
                delete(stored);
            }
            if (!rows.isEmpty()) {
                after = rows.getLast().key();
                brought = Math.max(brought, SequenceKey.parse(after));
            }
            goOn = rows.size() == AT_ONCE && !stored.isEmpty();
        } while (goOn);
        if (failure != null) {
            throw new StoreException("the log did not take them", failure);
        }
    }

    /**
     * @param stored gets those that are in the log now
     * @return why one of the others is not; null when all are
     */
    private @Nullable Throwable append(List<Table.Row> rows, List<Table.Row> stored) {
        List<CompletableFuture<Void>> all = rows.stream().map(this::tell).toList();
        Throwable failure = null;
        for (int i = 0; i < rows.size(); i++) {
            try {
                all.get(i).join();
                stored.add(rows.get(i));
            } catch (CompletionException failed) {
                failure = failed.getCause();
            }
        }
        return failure;
    }

    private CompletableFuture<Void> tell(Table.Row row) {
        CompletableFuture<Void> stored = new CompletableFuture<>();
        try {
            intake.tell(row.value(), failure -> {
                if (failure == null) {
                    stored.complete(null);
                } else {
                    stored.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException notTaken) {
            stored.completeExceptionally(notTaken);
        }
        return stored;
    }

    private void delete(List<Table.Row> rows) {
        boolean _ = table.transact(hub.value(), transaction -> {
            rows.forEach(row -> transaction.delete(KIND, row.key()));
            return true;
        });
    }
}
