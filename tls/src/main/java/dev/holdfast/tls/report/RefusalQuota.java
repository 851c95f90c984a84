package dev.holdfast.tls.report;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Source;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which refusals get a line of their own: so many of one source, listener and reason, so many of one source whatever it does, and so
 * many of all, within a time. Those that name a device have a share of their own of the last, so that strangers who name none leave
 * room for them. Any thread.
 *
 * <p>Memory is bounded: the oldest source is forgotten, and told about, when there are too many of them.
 */
public final class RefusalQuota {
    /**
     * Refusals that got no line.
     *
     * @param last the newest of them
     * @param bound which bound they met
     */
    public record LeftOut(Report last, long count, Bound bound) {}

    /** What is bounded. */
    public enum Bound {
        /** One source, listener and reason. */
        KIND,
        /** One source. */
        SOURCE,
        /** All sources. */
        ALL
    }

    private record Kind(Source source, String listener, String reason) {}

    private static final class Tally {
        private final Bound bound;
        private final long begunNanos;
        private int lines;
        private long leftOut;
        private @Nullable Report last;

        Tally(Bound bound, long begunNanos) {
            this.bound = bound;
            this.begunNanos = begunNanos;
        }

        void leaveOut(Report report) {
            leftOut++;
            last = report.withoutConnection();
        }
    }

    private final Limits.RefusalLines limits;
    /** The oldest first; since each lives equally long, the oldest is over first. */
    private final Map<Kind, Tally> kinds = new LinkedHashMap<>();

    private final Map<Source, Tally> sources = new LinkedHashMap<>();
    /** By whether the refusal names a device. */
    private final Map<Boolean, Tally> all = new LinkedHashMap<>();

    private final List<LeftOut> forgotten = new ArrayList<>();

    public RefusalQuota(Limits.RefusalLines limits) {
        this.limits = limits;
    }

    /** Whether this one gets a line; if not, it is counted. */
    public synchronized boolean admits(Report report, long nowNanos) {
        Source from = Source.of(report.remoteAddress().getAddress());
        Tally kind = tally(kinds, new Kind(from, report.listener(), report.reason()), Bound.KIND, nowNanos);
        Tally source = tally(sources, from, Bound.SOURCE, nowNanos);
        Tally total = tally(all, report.device() != null, Bound.ALL, nowNanos);
        if (kind.lines >= limits.perAddressMax()) {
            kind.leaveOut(report);
        } else if (source.lines >= limits.perSourceMax()) {
            source.leaveOut(report);
        } else if (total.lines >= limits.allMax()) {
            total.leaveOut(report);
        } else {
            kind.lines++;
            source.lines++;
            total.lines++;
            return true;
        }
        return false;
    }

    private <K> Tally tally(Map<K, Tally> tallies, K key, Bound bound, long nowNanos) {
        Tally tally = tallies.computeIfAbsent(key, _ -> new Tally(bound, nowNanos));
        if (tallies.size() > limits.rememberedMax()) {
            end(tallies.values().iterator(), forgotten);
        }
        return tally;
    }

    /** What was left out within times that are over, each once. */
    public synchronized List<LeftOut> over(long nowNanos) {
        List<LeftOut> over = new ArrayList<>(forgotten);
        forgotten.clear();
        for (Map<?, Tally> tallies : List.of(kinds, sources, all)) {
            while (!tallies.isEmpty() && isOver(tallies.values().iterator().next(), nowNanos)) {
                end(tallies.values().iterator(), over);
            }
        }
        return over;
    }

    private boolean isOver(Tally tally, long nowNanos) {
        return nowNanos - tally.begunNanos >= limits.every().toNanos();
    }

    private static void end(Iterator<Tally> oldest, List<LeftOut> over) {
        Tally tally = oldest.next();
        oldest.remove();
        if (tally.last != null) {
            over.add(new LeftOut(tally.last, tally.leftOut, tally.bound));
        }
    }
}
