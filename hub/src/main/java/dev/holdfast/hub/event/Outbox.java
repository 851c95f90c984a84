package dev.holdfast.hub.event;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events between the transaction that caused them, which writes them here, and the log. So what was answered is told of, whatever
 * happens; after a crash an event may be in the log twice, with the same id. In the order of the transactions.
 *
 * <p>{@link #add} belongs into a transaction of the hub's scope; the rest is for any thread.
 */
final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final String KIND = "hub-event";
    private static final String KIND_NUMBER = "hub-event-number";
    private static final String NUMBER = "last";
    private static final int AT_ONCE = 32;

    private final Table table;
    private final HubName hub;
    private final Intake intake;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicBoolean failing = new AtomicBoolean();
    private volatile boolean added;
    private volatile boolean closed;

    Outbox(Table table, HubName hub, Intake intake) {
        this.table = table;
        this.hub = hub;
        this.intake = intake;
    }

    void add(Table.Transaction rows, byte[] record) {
        long number = 1
                + rows.get(KIND_NUMBER, NUMBER)
                        .map(row -> Long.parseLong(new String(row.value(), StandardCharsets.US_ASCII)))
                        .orElse(0L);
        rows.put(KIND_NUMBER, NUMBER, Long.toString(number).getBytes(StandardCharsets.US_ASCII));
        rows.put(KIND, "%019d".formatted(number), record);
        added = true;
    }

    /** A transaction is durable that may have added something. */
    void committed() {
        if (added) {
            publish();
        }
    }

    /** Goes on with what an earlier run left; blocks on the disk. */
    void resume() {
        if (!table.list(hub.value(), KIND, "", 1).isEmpty()) {
            publish();
        }
    }

    /** Tries again where the last try failed. */
    void retry() {
        if (failing.get()) {
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
                failing.set(false);
            } catch (RuntimeException failed) {
                // Tried again when there is another one, and every second or so.
                if (!closed && failing.compareAndSet(false, true)) {
                    LOG.error("events of hub {} wait, since they could not be written to its log", hub, failed);
                }
            }
        } while (!asked.compareAndSet(seen, 0));
    }

    private void publishAll() {
        added = false;
        List<Table.Row> rows;
        do {
            rows = closed ? List.of() : table.list(hub.value(), KIND, "", AT_ONCE);
            if (!rows.isEmpty()) {
                append(rows);
                delete(rows);
            }
        } while (rows.size() == AT_ONCE);
    }

    private void append(List<Table.Row> rows) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (Table.Row row : rows) {
            CompletableFuture<Void> stored = new CompletableFuture<>();
            intake.tell(row.value(), failure -> {
                if (failure == null) {
                    stored.complete(null);
                } else {
                    stored.completeExceptionally(failure);
                }
            });
            all.add(stored);
        }
        try {
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException failed) {
            throw new StoreException("the log did not take them", failed);
        }
    }

    private void delete(List<Table.Row> rows) {
        boolean _ = table.transact(hub.value(), transaction -> {
            rows.forEach(row -> transaction.delete(KIND, row.key()));
            return true;
        });
    }
}
