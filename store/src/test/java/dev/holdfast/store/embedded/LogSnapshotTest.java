package dev.holdfast.store.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Disk;
import dev.holdfast.base.Limits;
import dev.holdfast.store.Log;
import dev.holdfast.store.Receipt;
import dev.holdfast.testkit.TestClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LogSnapshotTest {
    private static final Limits.Storage LIMITS = new Limits.Storage(16 * 1024, 256, 64 * 1024, 8, 1024);

    @TempDir
    Path directory;

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));

    private EmbeddedLog open(String name) {
        return EmbeddedLog.open(Disk.real(), directory.resolve(name), 2, 1024 * 1024, LIMITS, clock);
    }

    private static void append(Log log, int partition, String record) {
        Receipt receipt = new Receipt();
        boolean _ = log.append(partition, record.getBytes(UTF_8), receipt);
        Receipt.Stored _ = receipt.await();
    }

    private void copy(LogSnapshot snapshot, String name) throws IOException {
        Path target = Files.createDirectory(directory.resolve(name));
        for (LogSnapshot.Part part : snapshot.parts()) {
            ByteBuffer bytes = ByteBuffer.allocate((int) part.bytes());
            // An odd step, so that reads end in the middle of batches.
            ByteBuffer step = ByteBuffer.allocate(777);
            while (part.read(step, bytes.position()) >= 0) {
                bytes.put(step.flip());
                step.clear();
            }
            assertThat(bytes.hasRemaining()).as(part.name()).isFalse();
            Files.write(target.resolve(part.name()), bytes.array());
        }
    }

    private static List<String> readAll(Log log, int partition) {
        List<String> all = new ArrayList<>();
        long from = log.extent(partition).first();
        for (List<Log.Entry> next = log.read(partition, from, 5000);
                !next.isEmpty();
                next = log.read(partition, from, 5000)) {
            next.forEach(entry -> all.add(new String(entry.record(), UTF_8)));
            from = next.getLast().offset() + 1;
        }
        return all;
    }

    @Test
    void a_copy_has_everything_that_was_stored_before_and_nothing_that_came_after() throws IOException {
        List<String> before = new ArrayList<>();
        try (EmbeddedLog log = open("log")) {
            for (int i = 0; i < 200; i++) {
                append(log, 0, i + "x".repeat(500));
                before.add(i + "x".repeat(500));
            }
            try (LogSnapshot snapshot = log.snapshot()) {
                for (int i = 0; i < 200; i++) {
                    append(log, 0, "after" + "y".repeat(500));
                    append(log, 1, "after" + "y".repeat(500));
                }
                copy(snapshot, "copy");
            }
        }
        try (EmbeddedLog copy = open("copy")) {
            assertThat(readAll(copy, 0)).isEqualTo(before);
            assertThat(readAll(copy, 1)).isEmpty();
            append(copy, 0, "it goes on");
            assertThat(readAll(copy, 0)).hasSize(201).endsWith("it goes on");
        }
    }

    @Test
    void copies_made_while_others_write_lose_nothing_that_was_stored_before() throws Exception {
        AtomicBoolean end = new AtomicBoolean();
        AtomicLong stored = new AtomicLong();
        try (EmbeddedLog log = open("log")) {
            Thread writer = Thread.ofPlatform().start(() -> {
                while (!end.get()) {
                    append(log, 0, stored.get() + "x".repeat((int) (stored.get() % 900)));
                    stored.incrementAndGet();
                }
            });
            for (int round = 0; round < 10; round++) {
                long seen = stored.get();
                while (stored.get() < seen + 50) {
                    Thread.onSpinWait();
                }
                long atLeast = stored.get();
                try (LogSnapshot snapshot = log.snapshot()) {
                    copy(snapshot, "copy" + round);
                }
                try (EmbeddedLog copy = open("copy" + round)) {
                    List<String> all = readAll(copy, 0);
                    assertThat(all).hasSizeGreaterThanOrEqualTo((int) atLeast);
                    for (int i = 0; i < all.size(); i++) {
                        assertThat(all.get(i)).isEqualTo(i + "x".repeat(i % 900));
                    }
                }
            }
            end.set(true);
            writer.join();
        }
    }

    @Test
    void retention_waits_for_the_copy() throws IOException {
        try (EmbeddedLog log = open("log")) {
            for (int i = 0; i < 100; i++) {
                append(log, 0, i + "x".repeat(500));
            }
            LogSnapshot snapshot = log.snapshot();
            clock.advance(Duration.ofDays(2));
            log.dropBefore(clock.instant());
            assertThat(log.extent(0).first()).isZero();
            copy(snapshot, "copy");
            snapshot.close();
            snapshot.close();

            log.dropBefore(clock.instant());
            assertThat(log.extent(0).isEmpty()).isTrue();
        }
        try (EmbeddedLog copy = open("copy")) {
            assertThat(readAll(copy, 0)).hasSize(100);
        }
    }

    @Test
    void what_retention_dropped_before_is_not_in_it_and_offsets_are_kept() throws IOException {
        try (EmbeddedLog log = open("log")) {
            for (int i = 0; i < 100; i++) {
                append(log, 0, i + "x".repeat(500));
            }
            clock.advance(Duration.ofDays(2));
            log.dropBefore(clock.instant());
            append(log, 0, "new");
            try (LogSnapshot snapshot = log.snapshot()) {
                copy(snapshot, "copy");
            }
        }
        try (EmbeddedLog copy = open("copy")) {
            assertThat(copy.extent(0).first()).isEqualTo(100);
            assertThat(readAll(copy, 0)).containsExactly("new");
        }
    }

    @Test
    void a_snapshot_of_a_closed_log_says_so_when_it_is_read() {
        EmbeddedLog log = open("log");
        append(log, 0, "x");
        LogSnapshot snapshot = log.snapshot();
        log.close();
        assertThatThrownBy(() -> copy(snapshot, "copy"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
    }
}
