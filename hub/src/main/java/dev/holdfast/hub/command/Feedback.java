package dev.holdfast.hub.command;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.command.MessageRefusal.FeedbackLockLost;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.store.Table;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of the messages of one hub whose senders asked: records in the order in which they were made, durable until a receiver
 * took them or they are too old. Receivers are given batches, which are locked as messages to devices are.
 *
 * <p>A record goes with its identity: feedback of a device that was deleted is of no use to anybody. Any thread; methods may block on the
 * disk.
 */
public final class Feedback {
    private static final Logger LOG = LoggerFactory.getLogger(Feedback.class);
    private static final long PER_MILLISECOND = 1000;
    private static final int PAGE = 256;

    private final Table table;
    private final HubName hub;
    private final Registry registry;
    private final InstantSource clock;
    private final Limits.Feedback limits;
    private final ReentrantLock turn = new ReentrantLock();
    private final Map<UUID, Held> held = new HashMap<>();
    private final AtomicLong last = new AtomicLong();
    private final AtomicLong waiting = new AtomicLong();

    public Feedback(Table table, HubName hub, Registry registry, InstantSource clock, Limits.Feedback limits) {
        this.table = table;
        this.hub = hub;
        this.registry = registry;
        this.clock = clock;
        this.limits = limits;
        table.each(hub.value(), FeedbackRow.KIND, row -> {
            last.set(FeedbackRow.sequence(row));
            waiting.incrementAndGet();
        });
    }

    /** A batch that is given out. */
    private record Held(List<Long> sequences, Instant until) {}

    /** Records that wait, given out or not. */
    public long count() {
        return waiting.get();
    }

    /** Numbers for records, the first of so many; who asks need not use them. */
    long reserve(int records) {
        long now = clock.millis() * PER_MILLISECOND;
        return last.updateAndGet(before -> Math.max(before, now) + records) - records + 1;
    }

    /**
     * Books records in a transaction; {@link #added} is called when it is through.
     *
     * @return how many there was room for
     */
    int add(Table.Transaction rows, long first, List<FeedbackRecord> records) {
        if (waiting.get() + records.size() > limits.recordsMax()) {
            if (!records.isEmpty()) {
                LOG.warn(
                        "hub '{}': {} feedback records wait and nobody takes them; further ones are dropped",
                        hub,
                        waiting.get());
            }
            return 0;
        }
        long sequence = first;
        for (FeedbackRecord record : records) {
            rows.put(
                    FeedbackRow.KIND,
                    FeedbackRow.key(sequence++),
                    FeedbackRow.of(record).write());
        }
        return records.size();
    }

    void added(int records) {
        waiting.addAndGet(records);
    }

    /** A batch for a receiver: as soon as it is full, or its first record has waited long enough. */
    public Optional<FeedbackBatch> next() {
        turn.lock();
        try {
            Instant now = clock.instant();
            held.values().removeIf(batch -> !batch.until().isAfter(now));
            boolean none = waiting.get() == 0 || held.size() >= limits.batchesHeldMax();
            return none ? Optional.empty() : gather(now);
        } finally {
            turn.unlock();
        }
    }

    /** A record that nobody holds. */
    private record Free(long sequence, FeedbackRow row) {
        Free(Table.Row row) {
            this(FeedbackRow.sequence(row), FeedbackRow.read(row));
        }
    }

    private Optional<FeedbackBatch> gather(Instant now) {
        Set<Long> taken = new HashSet<>();
        held.values().forEach(batch -> taken.addAll(batch.sequences()));
        List<Free> found = new ArrayList<>();
        List<Long> gone = new ArrayList<>();
        String after = "";
        List<Table.Row> page;
        do {
            page = table.list(hub.value(), FeedbackRow.KIND, after, PAGE);
            for (Table.Row row : page) {
                after = row.key();
                if (found.size() < limits.batchMax() && !taken.contains(FeedbackRow.sequence(row))) {
                    Free free = new Free(row);
                    if (isOfUse(free.row(), now)) {
                        found.add(free);
                    } else {
                        gone.add(free.sequence());
                    }
                }
            }
        } while (page.size() == PAGE && found.size() < limits.batchMax());
        drop(gone);
        return isDue(found, now) ? Optional.of(give(found, now)) : Optional.empty();
    }

    private boolean isDue(List<Free> found, Instant now) {
        return found.size() == limits.batchMax()
                || (!found.isEmpty()
                        && !found.getFirst()
                                .row()
                                .record()
                                .time()
                                .plus(limits.batchTime())
                                .isAfter(now));
    }

    private boolean isOfUse(FeedbackRow row, Instant now) {
        FeedbackRecord record = row.record();
        return record.time().plus(limits.keptTime()).isAfter(now)
                && registry.generation(record.identity())
                        .filter(record.generation()::equals)
                        .isPresent();
    }

    private FeedbackBatch give(List<Free> found, Instant now) {
        UUID lock = UUID.randomUUID();
        List<Long> sequences = found.stream().map(Free::sequence).toList();
        held.put(lock, new Held(sequences, now.plus(limits.lockTime())));
        FeedbackRow first = found.getFirst().row();
        return new FeedbackBatch(
                lock,
                sequences.getFirst(),
                first.record().time(),
                first.abandoned(),
                found.stream().map(free -> free.row().record()).toList());
    }

    /**
     * A receiver says what it did with a batch.
     *
     * @return why that counts for nothing; null when it is done, durably
     */
    public @Nullable MessageRefusal settle(UUID lock, Settlement settlement) {
        turn.lock();
        try {
            Held batch = held.remove(lock);
            if (batch == null || !batch.until().isAfter(clock.instant())) {
                return new FeedbackLockLost();
            }
            switch (settlement) {
                case COMPLETED, REJECTED -> drop(batch.sequences());
                case ABANDONED -> abandon(batch.sequences());
            }
            return null;
        } finally {
            turn.unlock();
        }
    }

    /** A batch did not reach its receiver, or may not have: it is given out again. */
    public void release(UUID lock) {
        turn.lock();
        try {
            held.remove(lock);
        } finally {
            turn.unlock();
        }
    }

    private void drop(List<Long> sequences) {
        if (!sequences.isEmpty()) {
            int dropped = table.transact(hub.value(), rows -> {
                int there = 0;
                for (long sequence : sequences) {
                    there += rows.delete(FeedbackRow.KIND, FeedbackRow.key(sequence)) ? 1 : 0;
                }
                return there;
            });
            waiting.addAndGet(-dropped);
        }
    }

    private void abandon(List<Long> sequences) {
        int dropped = table.transact(hub.value(), rows -> {
            int gone = 0;
            for (long sequence : sequences) {
                String key = FeedbackRow.key(sequence);
                FeedbackRow row =
                        rows.get(FeedbackRow.KIND, key).map(FeedbackRow::read).orElse(null);
                if (row != null && row.abandoned() + 1 < limits.abandonedMax()) {
                    rows.put(FeedbackRow.KIND, key, row.abandonedAgain().write());
                } else if (row != null) {
                    rows.delete(FeedbackRow.KIND, key);
                    gone++;
                }
            }
            return gone;
        });
        waiting.addAndGet(-dropped);
    }

    /** Drops what nobody took in time. Called now and then. */
    void look() {
        if (waiting.get() == 0) {
            return;
        }
        turn.lock();
        try {
            Instant oldest = clock.instant().minus(limits.keptTime());
            List<Long> old = table.list(hub.value(), FeedbackRow.KIND, "", PAGE).stream()
                    .filter(row -> !FeedbackRow.read(row).record().time().isAfter(oldest))
                    .map(FeedbackRow::sequence)
                    .toList();
            drop(old);
        } finally {
            turn.unlock();
        }
    }
}
