package dev.holdfast.insight.journal;

import dev.holdfast.base.Limits;
import dev.holdfast.insight.StorageTrouble;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import dev.holdfast.tls.report.RefusalQuota;
import dev.holdfast.tls.report.Report;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps a report of every refused connection: written behind the scenes, durable moments later, and bounded in number, age and
 * size. Of a storm the first ones of each source, listener and reason are kept and the rest is counted in a report of its own, so
 * that strangers can't fill the disk.
 *
 * <p>{@link #accept} is quick and for any thread; what is asked for blocks on the disk.
 */
public final class Journal implements Consumer<Report>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final String SCOPE = "installation";
    private static final String KIND = "report";
    private static final int DELETE_ROWS = 500;

    /**
     * What became of reports since the start.
     *
     * @param kept reports in the journal now
     * @param stored reports that were written
     * @param leftOut reports that were only counted, in a storm
     * @param lost reports that could not be written
     */
    public record Counts(int kept, long stored, long leftOut, long lost) {}

    private final Table table;
    private final Limits.Insight limits;
    private final InstantSource clock;
    private final Guess guess;
    private final RefusalQuota quota;
    private final LongSupplier nanoTime;
    private final JournalIndex index;
    private final LongAdder stored = new LongAdder();
    private final LongAdder leftOut = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final WritingThread<PendingReport> writing;
    private final StorageTrouble trouble = new StorageTrouble("reports of refused connections");
    private volatile boolean unreadable;

    /**
     * Reads what is there, behind the scenes, and begins to write. Who asks before that is done waits in {@link #flush}.
     *
     * @param nanoTime as {@link System#nanoTime}
     */
    public Journal(Table table, Limits.Insight limits, InstantSource clock, LongSupplier nanoTime, Guess guess) {
        this.table = table;
        this.limits = limits;
        this.clock = clock;
        this.guess = guess;
        this.nanoTime = nanoTime;
        this.quota = new RefusalQuota(limits.reports());
        this.index = new JournalIndex(limits);
        this.writing = new WritingThread<>("holdfast-journal", limits.queueMax(), this::load, this::write);
    }

    /** On the writing thread: a start does not wait for twenty thousand reports. */
    private void load() {
        try {
            table.each(
                    SCOPE,
                    KIND,
                    row -> index.add(JournalEntry.of(JsonMapper.shared().readTree(row.value()))));
        } catch (RuntimeException e) {
            unreadable = true;
            LOG.error("reports of earlier runs can't be read; new ones are kept all the same", e);
        }
    }

    @Override
    public void accept(Report report) {
        tellLeftOut();
        if (quota.admits(report, nanoTime.getAsLong())) {
            boolean _ = keep(report);
        } else {
            leftOut.increment();
        }
    }

    /**
     * Takes a report that no storm of refusals may push aside; who makes such ones bounds their number.
     *
     * @return whether there was room
     */
    public boolean keep(Report report) {
        boolean taken = writing.offer(PendingReport.of(report));
        if (!taken) {
            lost.increment();
        }
        return taken;
    }

    /** Also to be called from time to time: who was left out may have been the last one for long. */
    public void tellLeftOut() {
        quota.over(nanoTime.getAsLong()).forEach(over -> {
            if (!writing.offer(PendingReport.of(summary(over)))) {
                lost.increment();
            }
        });
    }

    /** @param count how many more there were; {@code bound} the bound that they met, as a word */
    private record LeftOut(String reason, long count, double seconds, String bound) {}

    private Report summary(RefusalQuota.LeftOut over) {
        Report last = over.last();
        long seconds = limits.reports().every().toSeconds();
        String within = " within " + seconds + " s, counted and not kept one by one.";
        String explanation = switch (over.bound()) {
            case KIND ->
                "And " + over.count() + " more like this from this address (in IPv6: from its /64 network)" + within
                        + " The last one: " + last.explanation();
            case SOURCE ->
                "And " + over.count() + " more of any kind from this address (in IPv6: from its /64 network)" + within
                        + " Look at what runs there. The last one was " + last.reason() + ": " + last.explanation();
            case ALL ->
                over.count() + " more refusals of all clients within " + seconds
                        + " s were counted and not kept one by one, since there were too many. The metric"
                        + " holdfast_refusals_total has them by reason.";
        };
        return Report.summaryOf(
                last,
                clock.instant(),
                over.bound() == RefusalQuota.Bound.KIND ? last.reason() : "MoreRefusals",
                explanation,
                new LeftOut(
                        last.reason(),
                        over.count(),
                        seconds,
                        over.bound().name().toLowerCase(Locale.ROOT)));
    }

    /** On the writing thread. */
    private void write(List<PendingReport> batch) {
        List<ObjectNode> documents = new ArrayList<>(batch.size());
        for (PendingReport pending : batch) {
            documents.add(ReportDocument.of(complete(pending), limits));
        }
        Set<String> old = index.tooOld(clock.instant(), documents.size());
        try {
            table.transact(SCOPE, rows -> {
                documents.forEach(json -> rows.put(
                        KIND, json.path("id").asString(), JsonMapper.shared().writeValueAsBytes(json)));
                old.forEach(id -> rows.delete(KIND, id));
                return null;
            });
        } catch (StoreException e) {
            lost.add(documents.size());
            trouble.failed(e);
            return;
        }
        trouble.over();
        stored.add(documents.size());
        documents.forEach(json -> index.add(JournalEntry.of(json)));
        old.forEach(index::remove);
    }

    private PendingReport complete(PendingReport pending) {
        // Devices speak MQTT so far: who got through TLS and then spoke something else is a back end.
        boolean mayBeDevice =
                pending.handshake() == null || pending.report().listener().startsWith("mqtt");
        return mayBeDevice
                ? pending.with(guess.of(pending.report(), pending.offer()).orElse(null))
                : pending;
    }

    /** Removes what has been kept for long enough, though nothing new came. */
    public void dropOld() {
        tellLeftOut();
        delete(List.copyOf(index.tooOld(clock.instant(), 0)));
    }

    /** At most so many reports, newest first. */
    public JournalPage find(JournalQuery query, int max) {
        checkReadable();
        int wanted = Math.clamp(max, 1, limits.pageMax());
        List<JsonNode> reports = new ArrayList<>();
        String last = null;
        for (JournalEntry entry : index.newestFirst(query.before())) {
            if (query.since() != null && entry.time().isBefore(query.since())) {
                break;
            }
            if (!query.matches(entry)) {
                continue;
            }
            if (reports.size() == wanted) {
                return new JournalPage(reports, last);
            }
            get(entry.id()).ifPresent(reports::add);
            last = entry.id();
        }
        return new JournalPage(reports, null);
    }

    public Optional<JsonNode> get(String id) {
        checkReadable();
        return index.contains(id)
                ? table.get(SCOPE, KIND, id).map(row -> JsonMapper.shared().readTree(row.value()))
                : Optional.empty();
    }

    /**
     * Forgets reports for good.
     *
     * @return how many
     */
    public int delete(JournalQuery query) {
        checkReadable();
        return delete(index.matching(query::matches));
    }

    /** What is not known must not pass for not being there. */
    private void checkReadable() {
        if (unreadable) {
            throw new StoreException("reports of earlier runs can't be read");
        }
    }

    private int delete(List<String> ids) {
        for (int from = 0; from < ids.size(); from += DELETE_ROWS) {
            List<String> some = ids.subList(from, Math.min(ids.size(), from + DELETE_ROWS));
            table.transact(SCOPE, rows -> {
                some.forEach(id -> rows.delete(KIND, id));
                return null;
            });
            some.forEach(index::remove);
        }
        return ids.size();
    }

    public Counts counts() {
        return new Counts(index.size(), stored.sum(), leftOut.sum(), lost.sum());
    }

    /** Waits until what was taken before is stored; for tests and for answers that must know the newest. */
    public void flush() {
        writing.flush();
    }

    /** Stores what waits. */
    @Override
    public void close() {
        quota.over(nanoTime.getAsLong() + limits.reports().every().toNanos())
                .forEach(over -> writing.offer(PendingReport.of(summary(over))));
        writing.close();
    }
}
