package dev.holdfast.store.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.store.Log;
import dev.holdfast.store.Log.Entry;
import dev.holdfast.store.Log.Extent;
import dev.holdfast.store.Receipt;
import dev.holdfast.store.StoreException;
import dev.holdfast.testkit.ForgetfulDisk;
import dev.holdfast.testkit.TestClock;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A log on a disk that is full, or that fails. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EmbeddedLogFaultTest {
    private static final Path DIRECTORY = Path.of("/log");
    private static final int SEGMENT_BYTES = 16 * 1024;

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));

    private Log open(ForgetfulDisk disk) {
        Limits.Storage limits = new Limits.Storage(SEGMENT_BYTES, 256, 64 * 1024, 8, 1024);
        return EmbeddedLog.open(disk, DIRECTORY, 2, 1024 * 1024, limits, clock);
    }

    private static Receipt append(Log log, int partition, String record) {
        Receipt receipt = new Receipt();
        log.append(partition, record.getBytes(UTF_8), receipt);
        return receipt;
    }

    private static List<String> readAll(Log log, int partition) {
        List<String> all = new ArrayList<>();
        long from = 0;
        while (true) {
            List<Entry> next = log.read(partition, from, 5000);
            if (next.isEmpty()) {
                return all;
            }
            next.forEach(entry -> all.add(new String(entry.record(), UTF_8)));
            from = next.getLast().offset() + 1;
        }
    }

    @Test
    void a_full_disk_fails_appends_and_loses_nothing_and_the_log_goes_on_when_there_is_space() {
        ForgetfulDisk disk = new ForgetfulDisk(1);
        List<String> stored = new ArrayList<>();
        String filling = "x".repeat(700);
        try (Log log = open(disk)) {
            disk.capacity(4 * SEGMENT_BYTES + 5000);
            StoreException why = null;
            for (int i = 0; why == null; i++) {
                assertThat(i).as("records on a full disk").isLessThan(1000);
                String record = i + filling;
                try {
                    append(log, 0, record).await();
                    stored.add(record);
                } catch (StoreException full) {
                    why = full;
                }
            }
            assertThat(why).hasMessageContaining("partition 0 of the log log could not store: No space left on device");
            assertThat(stored).hasSizeGreaterThan(40);
            for (int i = 0; i < 5; i++) {
                assertThat(append(log, 0, "still full" + filling).wasStored()).isFalse();
            }
            assertThat(readAll(log, 0)).isEqualTo(stored);
            assertThat(append(log, 1, "the other partition has room").wasStored())
                    .isTrue();

            disk.capacity(Long.MAX_VALUE);
            assertThat(append(log, 0, "space again").await().offset()).isEqualTo(stored.size());
            stored.add("space again");
            assertThat(readAll(log, 0)).isEqualTo(stored);
        }
        try (Log log = open(disk.crash())) {
            assertThat(readAll(log, 0)).isEqualTo(stored);
        }
    }

    @Test
    void a_disk_too_full_to_begin_says_so_and_the_next_attempt_begins_anew() {
        ForgetfulDisk disk = new ForgetfulDisk(1);
        disk.capacity(SEGMENT_BYTES + 100);
        assertThatThrownBy(() -> open(disk))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cannot be opened")
                .hasMessageContaining("No space left");
        disk.capacity(Long.MAX_VALUE);
        try (Log log = open(disk)) {
            assertThat(append(log, 1, "a").await().offset()).isZero();
        }
    }

    @Test
    void a_failed_sync_fails_its_records_and_their_number_has_one_content_for_ever() {
        for (int seed = 0; seed < 100; seed++) {
            ForgetfulDisk disk = new ForgetfulDisk(seed);
            String first = "never synced " + "y".repeat(seed * 13);
            try (Log log = open(disk)) {
                append(log, 0, "before").await();
                disk.failForces(1);
                assertThat(append(log, 0, first).wasStored()).isFalse();
                assertThat(readAll(log, 0)).containsExactly("before");
                assertThat(append(log, 0, "after").await().offset()).isEqualTo(1);
            }
            try (Log log = open(disk.crashTorn())) {
                assertThat(readAll(log, 0)).as("seed %s", seed).containsExactly("before", "after");
                assertThat(append(log, 0, "more").await().offset()).isEqualTo(2);
            }
        }
    }

    @Test
    void a_record_whose_sync_failed_is_cut_off_at_once_and_does_not_come_back() {
        for (int seed = 0; seed < 100; seed++) {
            ForgetfulDisk disk = new ForgetfulDisk(seed);
            try (Log log = open(disk)) {
                append(log, 0, "before").await();
                disk.failForces(1);
                assertThat(append(log, 0, "never synced").wasStored()).isFalse();
            }
            try (Log log = open(disk.crashTorn())) {
                assertThat(readAll(log, 0)).as("seed %s", seed).containsExactly("before");
            }
        }
    }

    @Test
    void while_the_end_cannot_be_cut_back_nothing_is_written_behind_it() {
        for (int seed = 0; seed < 100; seed++) {
            ForgetfulDisk disk = new ForgetfulDisk(seed);
            try (Log log = open(disk)) {
                append(log, 0, "before").await();
                // The record's own sync, and those of the attempts to cut it off.
                disk.failForces(3);
                assertThat(append(log, 0, "lost").wasStored()).isFalse();
                assertThat(append(log, 0, "not even tried").wasStored()).isFalse();
                disk.failForces(0);
                assertThat(append(log, 0, "after").await().offset()).isEqualTo(1);
            }
            try (Log log = open(disk.crashTorn())) {
                assertThat(readAll(log, 0)).as("seed %s", seed).containsExactly("before", "after");
            }
        }
    }

    @Test
    void a_segment_that_was_half_made_cannot_come_back_before_records_of_the_older_one() {
        for (int seed = 0; seed < 200; seed++) {
            ForgetfulDisk disk = new ForgetfulDisk(seed);
            List<String> stored = new ArrayList<>();
            try (Log log = open(disk)) {
                String filling = "x".repeat(1000);
                for (int i = 0; i < 11; i++) {
                    append(log, 0, i + filling).await();
                    stored.add(i + filling);
                }
                disk.failForces(1 + seed % 2);
                assertThat(append(log, 0, "too large for the rest" + filling.repeat(4))
                                .wasStored())
                        .isFalse();
                disk.failForces(0);
                // These would fit into the older segment.
                for (int i = 0; i < 2; i++) {
                    append(log, 0, "small " + i).await();
                    stored.add("small " + i);
                }
            }
            try (Log log = open(disk.crashTorn())) {
                assertThat(readAll(log, 0)).as("seed %s", seed).isEqualTo(stored);
            }
        }
    }

    @Test
    void one_partition_that_fails_does_not_fail_the_others() {
        ForgetfulDisk disk = new ForgetfulDisk(1);
        try (Log log = open(disk)) {
            append(log, 0, "a").await();
            append(log, 1, "a").await();
            disk.capacity(disk.usedBytes());
            String large = "x".repeat(SEGMENT_BYTES);
            assertThat(append(log, 0, large).wasStored()).isFalse();
            assertThat(append(log, 1, "fits in what was preallocated").wasStored())
                    .isTrue();
        }
    }

    @Test
    void retention_on_a_full_disk_frees_what_it_can() {
        ForgetfulDisk disk = new ForgetfulDisk(1);
        try (Log log = open(disk)) {
            int stored = 0;
            disk.capacity(5 * SEGMENT_BYTES);
            while (append(log, 0, "x".repeat(900)).wasStored()) {
                stored++;
            }
            log.dropBefore(clock.instant().plusSeconds(1));

            Extent extent = log.extent(0);
            assertThat(extent.first()).isPositive();
            assertThat(append(log, 0, "there is space again").await().offset()).isEqualTo(stored);
        }
    }

    @Test
    void a_log_that_was_never_finished_making_is_made_anew() {
        for (int operations = 0; operations < 16; operations++) {
            for (int seed = 0; seed < 10; seed++) {
                ForgetfulDisk disk = new ForgetfulDisk(seed);
                disk.failPowerAfter(operations);
                try {
                    open(disk).close();
                } catch (StoreException powerFailed) {
                    assertThat(disk.powerIsOff()).isTrue();
                }
                try (Log log = open(disk.crashTorn())) {
                    assertThat(append(log, 0, "a").await().offset()).isZero();
                    assertThat(append(log, 1, "a").await().offset()).isZero();
                }
            }
        }
    }

    @Test
    void a_log_that_cannot_store_says_so_and_finds_out_by_itself_when_it_can_again() {
        ForgetfulDisk disk = new ForgetfulDisk(3);
        try (EmbeddedLog log = (EmbeddedLog) open(disk)) {
            append(log, 0, "first").await();
            assertThat(log.counts().failing()).isFalse();
            assertThat(log.counts().syncNanos().count()).isEqualTo(1);
            assertThat(log.counts().batchRecords().sum()).isEqualTo(1);
            disk.failForces(1);
            assertThat(append(log, 0, "refused").wasStored()).isFalse();
            assertThat(log.counts().failing()).isTrue();
            assertThat(log.counts().failed()).isEqualTo(1);
            disk.failForces(1);
            log.tryFailing();
            assertThat(log.counts().failing()).as("the disk still fails").isTrue();

            log.tryFailing();

            assertThat(log.counts().failing()).isFalse();
            append(log, 0, "second").await();
            assertThat(readAll(log, 0)).containsExactly("first", "second");
        }
    }

    @Test
    void a_full_disk_is_not_called_good_before_it_has_room() {
        ForgetfulDisk disk = new ForgetfulDisk(4);
        try (EmbeddedLog log = (EmbeddedLog) open(disk)) {
            disk.capacity(disk.usedBytes());
            int tries = 0;
            while (append(log, 0, "x".repeat(700)).wasStored()) {
                assertThat(tries++).as("records on a full disk").isLessThan(1000);
            }
            disk.capacity(disk.usedBytes());
            log.tryFailing();
            assertThat(log.counts().failing()).isTrue();

            disk.capacity(disk.usedBytes() + 4 * SEGMENT_BYTES);
            log.tryFailing();
            assertThat(log.counts().failing()).isFalse();
        }
    }
}
