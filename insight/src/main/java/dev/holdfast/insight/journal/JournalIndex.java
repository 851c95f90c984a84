package dev.holdfast.insight.journal;

import dev.holdfast.base.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is kept in memory of the reports that are stored, and which of them go when there are too many: first what a clock that ran
 * ahead dated into the future, then the oldest of an address that has more than its share, then the oldest. So a few addresses that
 * make noise push out their own reports and nobody else's. Changed by one thread, read by any.
 */
final class JournalIndex {
    /** Reports that one address keeps while room is wanted. */
    private static final int SHARE = 200;

    private static final Duration CLOCK_ROOM = Duration.ofMinutes(10);

    private final Limits.Insight limits;
    private final ConcurrentSkipListMap<String, JournalEntry> entries = new ConcurrentSkipListMap<>();
    private final Map<String, Integer> ofAddress = new ConcurrentHashMap<>();

    JournalIndex(Limits.Insight limits) {
        this.limits = limits;
    }

    void add(JournalEntry entry) {
        if (entries.put(entry.id(), entry) == null) {
            ofAddress.merge(entry.address(), 1, Integer::sum);
        }
    }

    void remove(String id) {
        JournalEntry gone = entries.remove(id);
        if (gone != null) {
            ofAddress.computeIfPresent(gone.address(), (_, count) -> count == 1 ? null : count - 1);
        }
    }

    int size() {
        return entries.size();
    }

    boolean contains(String id) {
        return entries.containsKey(id);
    }

    /** @param before an id; only older ones; null for all */
    Collection<JournalEntry> newestFirst(@Nullable String before) {
        var range = before == null ? entries : entries.headMap(before, false);
        return range.descendingMap().values();
    }

    List<String> matching(Predicate<JournalEntry> wanted) {
        return entries.values().stream().filter(wanted).map(JournalEntry::id).toList();
    }

    /** What goes now, when so many more come. */
    Set<String> tooOld(Instant now, int coming) {
        Instant oldest = now.minus(limits.reportMaxAge());
        Set<String> gone = new LinkedHashSet<>();
        for (JournalEntry entry : entries.values()) {
            if (!entry.time().isBefore(oldest)) {
                break;
            }
            gone.add(entry.id());
        }
        int tooMany = entries.size() + coming - limits.reportsMax();
        if (gone.size() < tooMany) {
            makeRoom(now.plus(CLOCK_ROOM), tooMany, gone);
        }
        return gone;
    }

    private void makeRoom(Instant future, int tooMany, Set<String> gone) {
        for (JournalEntry entry : entries.descendingMap().values()) {
            if (gone.size() >= tooMany || !entry.time().isAfter(future)) {
                break;
            }
            gone.add(entry.id());
        }
        Map<String, Integer> left = new HashMap<>(ofAddress);
        for (JournalEntry entry : entries.values()) {
            if (gone.size() >= tooMany) {
                return;
            }
            if (left.getOrDefault(entry.address(), 0) > SHARE && gone.add(entry.id())) {
                left.merge(entry.address(), -1, Integer::sum);
            }
        }
        for (JournalEntry entry : entries.values()) {
            if (gone.size() >= tooMany) {
                return;
            }
            gone.add(entry.id());
        }
    }
}
