package dev.holdfast.store.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.store.Log;
import dev.holdfast.store.Log.Entry;
import dev.holdfast.store.Receipt;
import dev.holdfast.store.StoreException;
import dev.holdfast.testkit.ForgetfulDisk;
import dev.holdfast.testkit.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a log holds after the power failed, at any moment and on a disk that tears what was not forced. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EmbeddedLogCrashTest {
    private static final Path DIRECTORY = Path.of("/log");
    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
    private static final int PARTITIONS = 2;

    private final TestClock clock = new TestClock(START);

    private Log open(ForgetfulDisk disk, int segmentBytes) {
        Limits.Storage limits = new Limits.Storage(segmentBytes, 256, 64 * 1024, 8, 1024);
        return EmbeddedLog.open(disk, DIRECTORY, PARTITIONS, 1024 * 1024, limits, clock);
    }

    @RepeatedTest(40)
    void nothing_stored_is_lost_or_altered_by_any_crash(RepetitionInfo repetition) {
        long seed = 1000L * repetition.getCurrentRepetition() + System.nanoTime() % 1000;
        try {
            crashAgainAndAgain(new Random(seed), new ForgetfulDisk(seed));
        } catch (RuntimeException | Error failure) {
            throw new AssertionError("seed " + seed, failure);
        }
    }

    private void crashAgainAndAgain(Random random, ForgetfulDisk first) {
        List<LogModel> models = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            models.add(new LogModel(partition, random));
        }
        int segmentBytes = 6000 + random.nextInt(30_000);
        ForgetfulDisk disk = first;
        for (int round = 0; round < 25; round++) {
            AtomicInteger unreported = new AtomicInteger();
            if (random.nextInt(3) > 0) {
                disk.failPowerAfter(random.nextInt(60));
            }
            try (Log log = open(disk, segmentBytes)) {
                models.forEach(model -> model.check(log));
                use(log, disk, models, random, unreported);
            } catch (StoreException powerFailed) {
                assertThat(disk.powerIsOff()).as(powerFailed.toString()).isTrue();
            }
            assertThat(unreported).as("every append was reported").hasValue(0);
            disk = switch (random.nextInt(4)) {
                case 0 -> disk.crash();
                case 1 -> disk.processKilled();
                default -> disk.crashTorn();
            };
        }
        try (Log log = open(disk, segmentBytes)) {
            models.forEach(model -> model.check(log));
        }
    }

    private void use(Log log, ForgetfulDisk disk, List<LogModel> models, Random random, AtomicInteger unreported) {
        int steps = random.nextInt(40);
        for (int step = 0; step < steps; step++) {
            LogModel model = models.get(random.nextInt(PARTITIONS));
            switch (random.nextInt(12)) {
                case 0 -> awaitReports(unreported);
                case 1 -> clock.advance(Duration.ofMillis(random.nextInt(5000) - 1000));
                case 2 -> disk.failForces(random.nextInt(3));
                case 3 -> disk.capacity(disk.usedBytes() + random.nextInt(20_000));
                case 4 -> disk.capacity(Long.MAX_VALUE);
                case 5 -> drop(log, models, random);
                case 6 -> {
                    awaitReports(unreported);
                    if (!disk.powerIsOff()) {
                        model.check(log);
                    }
                }
                default -> {
                    int many = 1 + random.nextInt(5);
                    for (int i = 0; i < many; i++) {
                        model.append(log, random.nextInt(10) == 0 ? 8000 : 300, unreported);
                    }
                }
            }
        }
    }

    private void drop(Log log, List<LogModel> models, Random random) {
        Instant time = clock.instant().minusMillis(random.nextInt(8000) - 500);
        models.forEach(model -> model.dropBefore(time));
        log.dropBefore(time);
    }

    private static void awaitReports(AtomicInteger unreported) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (unreported.get() > 0) {
            assertThat(System.nanoTime()).as("reports come").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void a_log_whose_making_was_killed_at_any_step_holds_what_is_stored_next() {
        for (int step = 0; step < 40; step++) {
            ForgetfulDisk disk = new ForgetfulDisk(step);
            disk.failPowerAfter(step);
            try (Log log = open(disk, 8000)) {
                assertThat(log.extent(0).isEmpty()).isTrue();
            } catch (StoreException killed) {
                assertThat(disk.powerIsOff()).as(killed.toString()).isTrue();
            }
            ForgetfulDisk next = disk.processKilled();
            Receipt receipt = new Receipt();
            try (Log log = open(next, 8000)) {
                log.append(0, "kept".getBytes(UTF_8), receipt);
            }
            assertThat(receipt.wasStored()).as("step %s", step).isTrue();
            try (Log log = open(next.crash(), 8000)) {
                assertThat(log.read(0, 0, 1000)).as("step %s", step).hasSize(1);
            }
        }
    }

    @Test
    void no_record_is_reported_stored_before_it_would_survive_a_crash() {
        ForgetfulDisk disk = new ForgetfulDisk(1);
        List<String> missing = new ArrayList<>();
        List<Receipt> receipts = new ArrayList<>();
        try (Log log = open(disk, 8000)) {
            for (int i = 0; i < 80; i++) {
                int partition = i % PARTITIONS;
                String record = "record " + i + "x".repeat(i * 7);
                Receipt receipt = new Receipt();
                receipts.add(receipt);
                log.append(partition, record.getBytes(UTF_8), new Log.Appended() {
                    @Override
                    public void stored(long offset, Instant time) {
                        if (!survivorHas(disk, partition, offset, record)) {
                            missing.add(record);
                        }
                        receipt.stored(offset, time);
                    }

                    @Override
                    public void failed(StoreException why) {
                        receipt.failed(why);
                    }
                });
                if (i % 5 == 0) {
                    receipt.await();
                }
            }
        }
        assertThat(receipts).allMatch(Receipt::wasStored);
        assertThat(missing).isEmpty();
    }

    private boolean survivorHas(ForgetfulDisk disk, int partition, long offset, String record) {
        try (Log log = open(disk.survivor(), 8000)) {
            List<Entry> found = log.read(partition, offset, 1);
            return found.size() == 1
                    && found.getFirst().offset() == offset
                    && new String(found.getFirst().record(), UTF_8).equals(record);
        }
    }

    @Test
    void readers_and_watchers_learn_of_a_record_only_after_its_sync() throws Exception {
        ForgetfulDisk disk = new ForgetfulDisk(1);
        try (Log log = open(disk, 8000)) {
            CountDownLatch forcing = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            CountDownLatch woken = new CountDownLatch(1);
            log.watch(0, woken::countDown);
            disk.beforeForce(() -> {
                forcing.countDown();
                awaitQuietly(go);
            });
            Receipt receipt = new Receipt();
            log.append(0, new byte[100], receipt);
            assertThat(forcing.await(30, TimeUnit.SECONDS)).isTrue();

            assertThat(log.extent(0).isEmpty()).isTrue();
            assertThat(log.read(0, 0, 1000)).isEmpty();
            assertThat(log.offsetAt(0, START)).isZero();
            assertThat(receipt.isDone()).isFalse();
            assertThat(woken.getCount()).isEqualTo(1);

            go.countDown();
            receipt.await();
            assertThat(woken.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(log.read(0, 0, 1000)).hasSize(1);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void what_a_restart_finds_unsynced_is_synced_before_a_reader_sees_it() {
        ForgetfulDisk disk = new ForgetfulDisk(1);
        Receipt receipt = new Receipt();
        try (Log log = open(disk, 8000)) {
            // Power for the write; the sync after it never comes.
            disk.failPowerAfter(1);
            log.append(0, "a".getBytes(UTF_8), receipt);
            assertThat(receipt.wasStored()).isFalse();
        }
        ForgetfulDisk cache = disk.processKilled();
        try (Log log = open(cache, 8000)) {
            assertThat(log.read(0, 0, 1000))
                    .as("the record is in the page cache")
                    .hasSize(1);
        }
        try (Log log = open(cache.crash(), 8000)) {
            assertThat(log.read(0, 0, 1000)).as("what was seen stays").hasSize(1);
        }
    }
}
