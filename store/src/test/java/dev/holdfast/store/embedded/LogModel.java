package dev.holdfast.store.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.store.Log;
import dev.holdfast.store.Log.Entry;
import dev.holdfast.store.Log.Extent;
import dev.holdfast.store.StoreException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one partition must hold, whatever happens to the disk: everything that was reported stored or that a reader
 * saw, at its number, with its time, for ever or until retention may drop it; and beside that nothing that was not
 * appended.
 */
final class LogModel {
    private record Known(String record, Instant time) {}

    private final int partition;
    private final Random random;
    private final NavigableMap<Long, Known> known = new TreeMap<>();
    private final Set<String> appended = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> offsets = new HashMap<>();
    private Instant droppedBefore = Instant.MIN;
    private int serial;

    LogModel(int partition, Random random) {
        this.partition = partition;
        this.random = random;
    }

    /** Appends a record that no other is equal to; counts down when it was reported. */
    boolean append(Log log, int maxBytes, AtomicInteger unreported) {
        String record = partition + "/" + serial++ + "/" + "x".repeat(random.nextInt(maxBytes));
        appended.add(record);
        unreported.incrementAndGet();
        return log.append(partition, record.getBytes(UTF_8), new Log.Appended() {
            @Override
            public void stored(long offset, Instant time) {
                learn(offset, new Known(record, time));
                unreported.decrementAndGet();
            }

            @Override
            public void failed(StoreException why) {
                unreported.decrementAndGet();
            }
        });
    }

    private synchronized void learn(long offset, Known fact) {
        Known before = known.put(offset, fact);
        assertThat(before)
                .as("what offset %s of partition %s was", offset, partition)
                .isIn(null, fact);
        Long elsewhere = offsets.put(fact.record(), offset);
        assertThat(elsewhere).as("the offset of a record").isIn(null, offset);
    }

    void dropBefore(Instant time) {
        droppedBefore = time.isAfter(droppedBefore) ? time : droppedBefore;
    }

    /** Reads everything and holds it against what is known; what is read is known from then on. */
    synchronized void check(Log log) {
        Extent extent = log.extent(partition);
        if (!known.isEmpty()) {
            assertThat(extent.next()).as("numbers go on").isGreaterThan(known.lastKey());
            assertThat(extent.lastTime())
                    .as("times go on")
                    .isAfterOrEqualTo(known.lastEntry().getValue().time());
        }
        for (Known missing : known.headMap(extent.first()).values()) {
            assertThat(missing.time()).as("what is dropped").isBefore(droppedBefore);
        }
        List<Entry> entries = readAll(log, extent.first());
        assertThat(entries).as("dense").hasSize((int) (extent.next() - extent.first()));
        Set<String> seen = new HashSet<>();
        Instant last = Instant.MIN;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            String record = new String(entry.record(), UTF_8);
            assertThat(entry.offset()).isEqualTo(extent.first() + i);
            assertThat(appended.contains(record))
                    .as("a record that was appended: %s", record)
                    .isTrue();
            assertThat(seen.add(record)).as("once").isTrue();
            assertThat(entry.time()).as("times are in order").isAfterOrEqualTo(last);
            last = entry.time();
            learn(entry.offset(), new Known(record, entry.time()));
        }
        checkTimes(log, entries, extent);
    }

    private void checkTimes(Log log, List<Entry> entries, Extent extent) {
        if (!entries.isEmpty()) {
            Instant time = entries.get(random.nextInt(entries.size())).time();
            long first = entries.stream()
                    .filter(entry -> !entry.time().isBefore(time))
                    .findFirst()
                    .orElseThrow()
                    .offset();
            assertThat(log.offsetAt(partition, time)).isEqualTo(first);
            assertThat(log.offsetAt(partition, extent.lastTime().plusMillis(1))).isEqualTo(extent.next());
        }
    }

    private List<Entry> readAll(Log log, long first) {
        List<Entry> all = new ArrayList<>();
        long from = first;
        while (true) {
            List<Entry> next = log.read(partition, from, 1 + random.nextInt(20_000));
            if (next.isEmpty()) {
                return all;
            }
            all.addAll(next);
            from = next.getLast().offset() + 1;
        }
    }
}
