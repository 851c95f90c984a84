package dev.holdfast.insight.journal;

import dev.holdfast.base.Limits;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.report.RefusalQuota;
import dev.holdfast.tls.report.Report;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
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
    private final Function<String, Optional<String>> hubOfHost;
    private final Guess guess;
    private final RefusalQuota quota;
    private final LongSupplier nanoTime;
    private final ConcurrentSkipListMap<String, JournalEntry> index = new ConcurrentSkipListMap<>();
    private final LongAdder stored = new LongAdder();
    private final LongAdder leftOut = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final WritingThread<PendingReport> writing;

    /**
     * Reads what is there, behind the scenes, and begins to write. Who asks before that is done waits in {@link #flush}.
     *
     * @param hubOfHost the hub that a host name leads to
     * @param nanoTime as {@link System#nanoTime}
     */
    public Journal(
            Table table,
            Limits.Insight limits,
            InstantSource clock,
            LongSupplier nanoTime,
            Function<String, Optional<String>> hubOfHost,
            Guess guess) {
        this.table = table;
        this.limits = limits;
        this.clock = clock;
        this.hubOfHost = hubOfHost;
        this.guess = guess;
        this.nanoTime = nanoTime;
        this.quota = new RefusalQuota(limits.reports());
        this.writing = new WritingThread<>("holdfast-journal", limits.queueMax(), this::load, this::write);
    }

    /** On the writing thread: a start does not wait for twenty thousand reports. */
    private void load() {
        try {
            table.each(
                    SCOPE,
                    KIND,
                    row -> index.put(
                            row.key(), JournalEntry.of(JsonMapper.shared().readTree(row.value()))));
        } catch (RuntimeException e) {
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

    /** @param count how many more there were; {@code ofAll} whether of any address, since there were too many of all */
    private record LeftOut(String reason, long count, double seconds, boolean ofAll) {}

    private Report summary(RefusalQuota.LeftOut over) {
        Report last = over.last();
        long seconds = limits.reports().every().toSeconds();
        String explanation = over.ofAll()
                ? over.count() + " more refusals of all clients within " + seconds
                        + " s were counted and not kept one by one, since there were too many. The metric"
                        + " holdfast_refusals_total has them by reason."
                : "And " + over.count() + " more like this from this address (in IPv6: from its /64 network) within "
                        + seconds + " s, counted and not kept one by one. The last one: " + last.explanation();
        return Report.summaryOf(
                last,
                clock.instant(),
                over.ofAll() ? "MoreRefusals" : last.reason(),
                explanation,
                new LeftOut(last.reason(), over.count(), seconds, over.ofAll()));
    }

    /** On the writing thread. */
    private void write(List<PendingReport> batch) {
        List<ObjectNode> documents = new ArrayList<>(batch.size());
        for (PendingReport pending : batch) {
            documents.add(ReportDocument.of(complete(pending), limits));
        }
        List<String> old = tooOld(documents.size());
        try {
            table.transact(SCOPE, rows -> {
                documents.forEach(json -> rows.put(
                        KIND, json.path("id").asString(), JsonMapper.shared().writeValueAsBytes(json)));
                old.forEach(id -> rows.delete(KIND, id));
                return null;
            });
        } catch (StoreException e) {
            lost.add(documents.size());
            LOG.error("{} reports of refused connections can't be stored", documents.size(), e);
            return;
        }
        stored.add(documents.size());
        documents.forEach(json -> index.put(json.path("id").asString(), JournalEntry.of(json)));
        old.forEach(index::remove);
    }

    private PendingReport complete(PendingReport pending) {
        Offer offer = pending.offer();
        String hub = pending.hub();
        if (hub == null && offer != null && offer.serverName() != null) {
            hub = hubOfHost.apply(offer.serverName()).orElse(null);
        }
        return pending.with(hub, guess.of(pending.report(), offer).orElse(null));
    }

    private List<String> tooOld(int coming) {
        Instant oldest = clock.instant().minus(limits.reportMaxAge());
        int over = index.size() + coming - limits.reportsMax();
        List<String> old = new ArrayList<>();
        for (JournalEntry entry : index.values()) {
            if (old.size() >= over && !entry.time().isBefore(oldest)) {
                break;
            }
            old.add(entry.id());
        }
        return old;
    }

    /** Removes what has been kept for long enough, though nothing new came. */
    public void dropOld() {
        tellLeftOut();
        delete(tooOld(0));
    }

    /** At most so many reports, newest first. */
    public JournalPage find(JournalQuery query, int max) {
        int wanted = Math.clamp(max, 1, limits.pageMax());
        var range = query.before() == null ? index : index.headMap(query.before(), false);
        List<JsonNode> reports = new ArrayList<>();
        String last = null;
        for (JournalEntry entry : range.descendingMap().values()) {
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
        return index.containsKey(id)
                ? table.get(SCOPE, KIND, id).map(row -> JsonMapper.shared().readTree(row.value()))
                : Optional.empty();
    }

    /**
     * Forgets reports for good.
     *
     * @return how many
     */
    public int delete(JournalQuery query) {
        return delete(matching(query::matches));
    }

    private List<String> matching(Predicate<JournalEntry> wanted) {
        return index.values().stream().filter(wanted).map(JournalEntry::id).toList();
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
