package dev.holdfast.insight.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JournalIndexTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final int MAX = 1000;

    private final JournalIndex index = new JournalIndex(limits());

    private static Limits.Insight limits() {
        Limits.Insight usual = Limits.defaults().insight();
        return new Limits.Insight(
                MAX,
                Duration.ofDays(30),
                usual.reportMaxBytes(),
                usual.queueMax(),
                usual.reports(),
                usual.pageMax(),
                usual.devicesMax(),
                usual.deviceMaxAge(),
                usual.shapesMax(),
                usual.traces());
    }

    private String add(Instant time, String address) {
        String id = "%012x%08x".formatted(time.toEpochMilli(), index.size());
        index.add(new JournalEntry(id, time, "mqtt", address, "TokenExpired", "hub1", "d1", null, null));
        return id;
    }

    private Instant at(int second) {
        return NOW.minus(Duration.ofHours(1)).plusSeconds(second);
    }

    @Test
    void whatOneAddressHasTooManyOfGoesBeforeAnythingOfOthers() {
        String[] honest = IntStream.range(0, 100)
                .mapToObj(i -> add(at(i), "192.0.2." + i))
                .toArray(String[]::new);
        IntStream.range(0, 900).forEach(i -> add(at(200 + i), "203.0.113.1"));
        assertThat(index.tooOld(NOW, 500)).hasSize(500).doesNotContain(honest);
        // Beyond its share, it is the oldest that go.
        assertThat(index.tooOld(NOW, 750)).hasSize(750).contains(honest[0]).doesNotContain(honest[99]);
    }

    @Test
    void reportsOfAClockThatRanAheadGoFirst() {
        String wrong = add(NOW.plus(Duration.ofDays(3)), "192.0.2.1");
        IntStream.range(0, MAX - 1).forEach(i -> add(at(i), "192.0.2." + i % 200));
        assertThat(index.tooOld(NOW, 0)).isEmpty();
        assertThat(index.tooOld(NOW, 1)).containsExactly(wrong);
        assertThat(index.tooOld(NOW, 3)).hasSize(3).contains(wrong);
    }

    @Test
    void whatIsTooOldGoesThoughThereIsRoom() {
        String old = add(NOW.minus(Duration.ofDays(31)), "192.0.2.1");
        String young = add(NOW.minus(Duration.ofDays(29)), "192.0.2.1");
        assertThat(index.tooOld(NOW, 1)).containsExactly(old);
        index.remove(old);
        index.remove(old);
        assertThat(index.newestFirst(null)).extracting(JournalEntry::id).containsExactly(young);
    }
}
