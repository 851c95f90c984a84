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
 * Which refusals get a line of their own: so many of one source, listener and reason, and so many of all, within a time. Any thread.
 *
 * <p>Memory is bounded: the oldest source is forgotten, and told about, when there are too many of them.
 */
public final class RefusalQuota {
    /**
     * Refusals that got no line.
     *
     * @param last the newest of them
     * @param ofAll whether they are of any source, because of the bound for all
     */
    public record LeftOut(Report last, long count, boolean ofAll) {}

    private record Kind(Source source, String listener, String reason) {}

    private static final class Tally {
        private final long begunNanos;
        private int lines;
        private long leftOut;
        private @Nullable Report last;

        Tally(long begunNanos) {
            this.begunNanos = begunNanos;
        }

        boolean admits(Report report, int max) {
            if (lines < max) {
                lines++;
                return true;
            }
            leftOut++;
            last = report;
            return false;
        }
    }

    private final Limits.RefusalLines limits;
    /** The oldest first; since each lives equally long, the oldest is over first. */
    private final Map<Kind, Tally> tallies = new LinkedHashMap<>();

    private final List<LeftOut> forgotten = new ArrayList<>();
    private @Nullable Tally all;

    public RefusalQuota(Limits.RefusalLines limits) {
        this.limits = limits;
    }

    /** Whether this one gets a line; if not, it is counted. */
    public synchronized boolean admits(Report report, long nowNanos) {
        Kind kind = new Kind(Source.of(report.remoteAddress().getAddress()), report.listener(), report.reason());
        Tally tally = tallies.computeIfAbsent(kind, _ -> new Tally(nowNanos));
        if (tallies.size() > limits.rememberedMax()) {
            end(tallies.entrySet().iterator(), forgotten);
        }
        Tally total = all == null ? new Tally(nowNanos) : all;
        all = total;
        return tally.admits(report, limits.perAddressMax()) && total.admits(report, limits.allMax());
    }

    /** What was left out within times that are over, each once. */
    public synchronized List<LeftOut> over(long nowNanos) {
        List<LeftOut> over = new ArrayList<>(forgotten);
        forgotten.clear();
        Iterator<Map.Entry<Kind, Tally>> oldest = tallies.entrySet().iterator();
        while (!tallies.isEmpty() && isOver(tallies.values().iterator().next(), nowNanos)) {
            end(oldest, over);
        }
        Tally total = all;
        if (total != null && isOver(total, nowNanos)) {
            add(over, total, true);
            all = null;
        }
        return over;
    }

    private boolean isOver(Tally tally, long nowNanos) {
        return nowNanos - tally.begunNanos >= limits.every().toNanos();
    }

    private static void end(Iterator<Map.Entry<Kind, Tally>> oldest, List<LeftOut> over) {
        add(over, oldest.next().getValue(), false);
        oldest.remove();
    }

    private static void add(List<LeftOut> over, Tally tally, boolean ofAll) {
        Report last = tally.last;
        if (last != null) {
            over.add(new LeftOut(last, tally.leftOut, ofAll));
        }
    }
}
