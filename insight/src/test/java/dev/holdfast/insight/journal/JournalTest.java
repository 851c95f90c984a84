package dev.holdfast.insight.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.report.Report;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class JournalTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));
    private final AtomicLong nanos = new AtomicLong();
    private EmbeddedTable table;
    private Journal journal;

    @BeforeEach
    void open() {
        open(limits(1000, 30));
    }

    private void open(Limits.Insight limits) {
        table = EmbeddedTable.open(
                directory.resolve("insight.db"), Limits.defaults().storage());
        journal = new Journal(table, limits, clock, nanos::get, (report, offer) -> Optional.empty());
    }

    @AfterEach
    void close() {
        journal.close();
        table.close();
    }

    private void reopen(Limits.Insight limits) {
        close();
        open(limits);
        journal.flush();
    }

    private static Limits.Insight limits(int reports, int perAddress) {
        Limits.Insight usual = Limits.defaults().insight();
        return new Limits.Insight(
                reports,
                Duration.ofDays(30),
                2048,
                usual.queueMax(),
                new Limits.RefusalLines(perAddress, 10_000, 10_000, 100, MINUTE),
                usual.pageMax(),
                usual.devicesMax(),
                usual.deviceMaxAge(),
                usual.shapesMax(),
                Limits.defaults().insight().traces());
    }

    private record Expired(Instant expiry, Duration late, List<String> keys, Record why) {}

    private record Inner(String what, int number) {}

    private Report report(String address, @Nullable String device, String reason, @Nullable Record details) {
        clock.advance(Duration.ofMillis(1));
        return new Report(
                "%012x%08x".formatted(clock.instant().toEpochMilli(), 1),
                clock.instant(),
                "mqtt",
                new InetSocketAddress(InetAddress.ofLiteral(address), 4711),
                UUID.randomUUID(),
                "hub1",
                device,
                reason,
                "It was refused.",
                null,
                details,
                null);
    }

    private void refused(String address, @Nullable String device, String reason) {
        journal.accept(report(address, device, reason, null));
    }

    private List<JsonNode> all() {
        journal.flush();
        return journal.find(JournalQuery.ALL, 1000).reports();
    }

    private static JournalQuery device(String id) {
        return new JournalQuery(null, id, null, null, null, null, null);
    }

    @Test
    void a_report_is_there_after_a_restart_with_its_details() {
        Report report = report(
                "192.0.2.1",
                "d1",
                "TokenExpired",
                new Expired(
                        Instant.EPOCH,
                        Duration.ofSeconds(90),
                        List.of("a", "SharedAccessKey=c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmU="),
                        new Inner("x", 7)));
        journal.accept(report);
        reopen(limits(1000, 30));
        JsonNode kept = journal.get(report.id()).orElseThrow();
        assertThat(kept.path("reason").asString()).isEqualTo("TokenExpired");
        assertThat(kept.path("address").asString()).isEqualTo("192.0.2.1");
        assertThat(kept.path("device").asString()).isEqualTo("d1");
        JsonNode details = kept.path("details");
        assertThat(details.path("expiry").asString()).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(details.path("late").asString()).isEqualTo("90.0 s");
        assertThat(details.path("number").asInt()).as("of the refusal within").isEqualTo(7);
        assertThat(details.path("keys").get(1).asString()).isEqualTo("SharedAccessKey=[secret]");
    }

    @Test
    void they_are_found_newest_first_page_by_page_and_by_what_they_are_about() {
        refused("192.0.2.1", "d1", "TokenExpired");
        refused("192.0.2.2", "d2", "UnknownDevice");
        Instant since = clock.instant().plusMillis(1);
        refused("192.0.2.1", "d1", "UnknownDevice");
        assertThat(all())
                .extracting(each -> each.path("reason").asString())
                .containsExactly("UnknownDevice", "UnknownDevice", "TokenExpired");
        JournalPage first = journal.find(device("d1"), 1);
        assertThat(first.reports())
                .singleElement()
                .satisfies(each -> assertThat(each.path("reason").asString()).isEqualTo("UnknownDevice"));
        JournalPage second = journal.find(new JournalQuery(null, "d1", null, null, null, null, first.before()), 1);
        assertThat(second.reports())
                .singleElement()
                .satisfies(each -> assertThat(each.path("reason").asString()).isEqualTo("TokenExpired"));
        assertThat(second.before()).isNull();
        assertThat(journal.find(new JournalQuery("hub1", null, "192.0.2.2", "unknowndevice", null, null, null), 10)
                        .reports())
                .hasSize(1);
        assertThat(journal.find(new JournalQuery(null, null, null, null, since, null, null), 10)
                        .reports())
                .hasSize(1);
    }

    @Test
    void of_a_storm_the_first_are_kept_and_the_rest_is_one_report_with_its_number() {
        for (int i = 0; i < 1000; i++) {
            refused("192.0.2.1", "d" + i, "TokenExpired");
        }
        refused("192.0.2.9", "other", "TokenExpired");
        assertThat(all()).hasSize(31);
        nanos.addAndGet(MINUTE.toNanos());
        journal.tellLeftOut();
        JsonNode summary = all().getFirst();
        assertThat(summary.path("explanation").asString()).contains("970 more like this from this address");
        assertThat(summary.path("details").path("count").asInt()).isEqualTo(970);
        assertThat(journal.counts()).isEqualTo(new Journal.Counts(32, 32, 970, 0));
    }

    @Test
    void the_oldest_go_when_there_are_too_many_or_when_they_are_too_old() {
        reopen(limits(10, 1000));
        for (int i = 0; i < 25; i++) {
            refused("192.0.2.1", "d" + i, "TokenExpired");
            journal.flush();
        }
        assertThat(all())
                .extracting(each -> each.path("device").asString())
                .containsExactlyElementsOf(IntStream.iterate(24, i -> i - 1)
                        .limit(10)
                        .mapToObj(i -> "d" + i)
                        .toList());
        assertThat(table.count("installation", "report")).isEqualTo(10);
        clock.advance(Duration.ofDays(31));
        journal.dropOld();
        assertThat(all()).isEmpty();
        assertThat(table.count("installation", "report")).isZero();
    }

    @Test
    void a_device_stands_for_its_modules() {
        for (String id : List.of("d1", "d1/m1", "d10", "d10/m1", "x/d1")) {
            refused("192.0.2.1", id, "TokenExpired");
        }
        journal.flush();
        assertThat(journal.find(device("d1"), 10).reports())
                .extracting(each -> each.path("device").asString())
                .containsExactly("d1/m1", "d1");
        assertThat(journal.find(device("d1/m1"), 10).reports()).hasSize(1);
        assertThat(journal.delete(device("d1"))).isEqualTo(2);
        assertThat(journal.find(JournalQuery.ALL, 10).reports()).hasSize(3);
    }

    @Test
    void a_device_s_reports_are_forgotten_for_good() {
        refused("192.0.2.1", "d1", "TokenExpired");
        refused("192.0.2.1", "d2", "TokenExpired");
        journal.flush();
        assertThat(journal.delete(device("d1"))).isEqualTo(1);
        reopen(limits(1000, 30));
        assertThat(all())
                .singleElement()
                .satisfies(each -> assertThat(each.path("device").asString()).isEqualTo("d2"));
    }

    @Test
    void what_a_client_chose_does_not_make_a_report_longer_than_the_bound() {
        journal.accept(report(
                "192.0.2.1",
                "d1",
                "NoCommonSuite",
                new Expired(
                        Instant.EPOCH,
                        Duration.ZERO,
                        IntStream.range(0, 99)
                                .mapToObj(i -> "suite".repeat(50) + i)
                                .toList(),
                        new Inner("", 0))));
        JsonNode kept = all().getFirst();
        assertThat(kept.toString().length()).isLessThan(2048);
        assertThat(kept.path("leftOutForLength").asString()).isEqualTo("details");
        assertThat(kept.path("reason").asString()).isEqualTo("NoCommonSuite");
    }
}
