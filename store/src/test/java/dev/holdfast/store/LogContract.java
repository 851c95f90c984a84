package dev.holdfast.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.store.Log.Entry;
import dev.holdfast.store.Log.Extent;
import dev.holdfast.testkit.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@link Log} promises. A test of an engine extends it and says how to open that engine. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class LogContract {
    /** How many partitions {@link #open} gives. */
    protected static final int PARTITIONS = 3;

    /** The bound for push-back that {@link #open} sets. */
    protected static final int PENDING_MAX_BYTES = 4 * 1024 * 1024;

    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

    /** The clock that the log reads. */
    protected final TestClock clock = new TestClock(START);

    private Log log;

    /** Opens the log of this test; after a close, the same one again. */
    protected abstract Log open();

    @BeforeEach
    final void openLog() {
        log = open();
    }

    @AfterEach
    final void closeLog() {
        log.close();
    }

    private void reopen() {
        log.close();
        log = open();
    }

    private Receipt append(int partition, String record) {
        Receipt receipt = new Receipt();
        log.append(partition, record.getBytes(UTF_8), receipt);
        return receipt;
    }

    /** Appends each record by itself and waits for it. */
    private void store(int partition, String... records) {
        for (String record : records) {
            append(partition, record).await();
        }
    }

    private List<String> read(int partition, long from, int maxBytes) {
        return texts(log.read(partition, from, maxBytes));
    }

    private static List<String> texts(List<Entry> entries) {
        return entries.stream().map(entry -> new String(entry.record(), UTF_8)).toList();
    }

    private List<Entry> readAll(int partition) {
        List<Entry> all = new ArrayList<>();
        long from = 0;
        while (true) {
            List<Entry> next = log.read(partition, from, 64 * 1024);
            if (next.isEmpty()) {
                return all;
            }
            all.addAll(next);
            from = next.getLast().offset() + 1;
        }
    }

    @Test
    void a_new_log_is_empty() {
        assertThat(log.partitions()).isEqualTo(PARTITIONS);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertThat(log.extent(partition)).isEqualTo(new Extent(0, 0, Instant.EPOCH));
            assertThat(log.extent(partition).isEmpty()).isTrue();
            assertThat(log.read(partition, 0, 1000)).isEmpty();
            assertThat(log.offsetAt(partition, START)).isZero();
        }
    }

    @Test
    void records_are_numbered_from_zero_in_each_partition() {
        assertThat(append(0, "a").await()).isEqualTo(new Receipt.Stored(0, START));
        assertThat(append(0, "b").await().offset()).isEqualTo(1);
        assertThat(append(2, "c").await().offset()).isZero();

        assertThat(read(0, 0, 1000)).containsExactly("a", "b");
        assertThat(read(1, 0, 1000)).isEmpty();
        assertThat(read(2, 0, 1000)).containsExactly("c");
        assertThat(log.extent(0)).isEqualTo(new Extent(0, 2, START));
    }

    @Test
    void records_are_there_after_a_restart_and_the_numbers_go_on() {
        store(1, "a", "b");
        reopen();
        clock.advance(Duration.ofSeconds(1));
        assertThat(append(1, "c").await().offset()).isEqualTo(2);
        reopen();

        assertThat(read(1, 0, 1000)).containsExactly("a", "b", "c");
        assertThat(log.read(1, 1, 1000).getLast().time()).isEqualTo(START.plusSeconds(1));
        assertThat(log.extent(1)).isEqualTo(new Extent(0, 3, START.plusSeconds(1)));
        assertThat(log.extent(0).isEmpty()).isTrue();
    }

    @Test
    void a_read_returns_at_least_one_record_and_then_what_fits() {
        store(0, "12345", "67", "", "890");

        assertThat(read(0, 0, 1)).containsExactly("12345");
        assertThat(read(0, 0, 6)).containsExactly("12345");
        assertThat(read(0, 0, 7)).containsExactly("12345", "67", "");
        assertThat(read(0, 0, 10)).containsExactly("12345", "67", "", "890");
        assertThat(read(0, 1, 2)).containsExactly("67", "");
        assertThat(read(0, 3, 1000)).containsExactly("890");
        assertThat(read(0, 4, 1000)).isEmpty();
        assertThat(read(0, 400, 1000)).isEmpty();
        assertThat(read(0, -1, 6)).containsExactly("12345");
    }

    @Test
    void a_large_record_is_kept_whole_and_a_larger_one_refused() {
        byte[] largest = new byte[1024 * 1024];
        new Random(1).nextBytes(largest);
        Receipt receipt = new Receipt();
        log.append(0, largest, receipt);
        store(0, "after");
        reopen();

        assertThat(receipt.await().offset()).isZero();
        List<Entry> found = readAll(0);
        assertThat(found.getFirst().record()).isEqualTo(largest);
        assertThat(texts(found.subList(1, found.size()))).containsExactly("after");
        assertThatThrownBy(() -> log.append(0, new byte[1024 * 1024 + 1], new Receipt()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void there_is_no_partition_beside_those_that_there_are() {
        for (int partition : new int[] {-1, PARTITIONS}) {
            assertThatThrownBy(() -> append(partition, "x")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> log.read(partition, 0, 10)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> log.extent(partition)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> log.offsetAt(partition, START)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> log.watch(partition, () -> {})).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void many_producers_keep_their_order_and_leave_no_gap() throws Exception {
        int producers = 4;
        int each = 3000;
        List<List<Long>> reported = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> (List<Long>) new ArrayList<Long>())
                .toList();
        CountDownLatch all = new CountDownLatch(producers * each);
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int p = 0; p < producers; p++) {
                int producer = p;
                running.add(threads.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        int partition = i % PARTITIONS;
                        log.append(partition, (producer + ":" + i).getBytes(UTF_8), new Log.Appended() {
                            @Override
                            public void stored(long offset, Instant time) {
                                reported.get(partition).add(offset);
                                all.countDown();
                            }

                            @Override
                            public void failed(StoreException why) {
                                throw why;
                            }
                        });
                    }
                }));
            }
        }
        for (Future<?> producer : running) {
            producer.get();
        }
        assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<Entry> entries = readAll(partition);
            assertThat(entries).extracting(Entry::offset).isEqualTo(reported.get(partition));
            assertThat(entries)
                    .extracting(Entry::offset)
                    .isEqualTo(LongStream.range(0, producers * each / PARTITIONS)
                            .boxed()
                            .toList());
            for (int p = 0; p < producers; p++) {
                String prefix = p + ":";
                assertThat(texts(entries).stream()
                                .filter(text -> text.startsWith(prefix))
                                .map(text -> Integer.valueOf(text.substring(prefix.length()))))
                        .hasSize(each / PARTITIONS)
                        .isSorted();
            }
        }
    }

    @Test
    void times_never_run_backwards_though_the_clock_does() {
        store(0, "a");
        clock.set(START.minusSeconds(60));
        assertThat(append(0, "b").await().time()).isEqualTo(START);
        reopen();
        assertThat(append(0, "c").await().time()).isEqualTo(START);
        clock.set(START.plusMillis(1));
        assertThat(append(0, "d").await().time()).isEqualTo(START.plusMillis(1));
        assertThat(append(1, "e").await().time()).isEqualTo(START.plusMillis(1));

        assertThat(log.read(0, 0, 1000))
                .extracting(Entry::time)
                .containsExactly(START, START, START, START.plusMillis(1));
    }

    @Test
    void the_time_that_is_reported_is_the_time_that_is_read() {
        clock.set(START.plusNanos(1_999_999));
        Receipt.Stored stored = append(0, "a").await();
        reopen();

        assertThat(log.read(0, 0, 100).getFirst().time()).isEqualTo(stored.time());
        assertThat(log.extent(0).lastTime()).isEqualTo(stored.time());
        assertThat(log.offsetAt(0, stored.time())).isZero();
        assertThat(log.offsetAt(0, stored.time().plusNanos(1))).isEqualTo(1);
    }

    @Test
    void a_time_finds_the_first_record_at_or_after_it() {
        for (int i = 0; i < 300; i++) {
            store(
                    0,
                    "record " + i
                            + " of a hundred bytes or so, to fill some segments of the smaller kind in this test");
            if (i % 3 == 2) {
                clock.advance(Duration.ofSeconds(10));
            }
        }
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 100; i++) {
                Instant time = START.plusSeconds(10L * i);
                assertThat(log.offsetAt(0, time)).isEqualTo(3L * i);
                assertThat(log.offsetAt(0, time.minusNanos(1))).isEqualTo(3L * i);
                assertThat(log.offsetAt(0, time.plusNanos(1))).isEqualTo(3L * i + 3);
            }
            assertThat(log.offsetAt(0, Instant.MIN)).isZero();
            assertThat(log.offsetAt(0, Instant.MAX)).isEqualTo(300);
            reopen();
        }
    }

    @Test
    void retention_keeps_what_is_young_enough_and_the_numbers() {
        int records = 200;
        String filling = "x".repeat(1000);
        for (int i = 0; i < records; i++) {
            store(0, i + filling);
            clock.advance(Duration.ofMinutes(1));
        }
        store(1, "young");
        Instant limit = START.plus(Duration.ofMinutes(150));

        log.dropBefore(limit);

        for (int round = 0; round < 2; round++) {
            Extent extent = log.extent(0);
            assertThat(extent.first()).isBetween(0L, 150L);
            assertThat(extent.next()).isEqualTo(records);
            List<Entry> left = readAll(0);
            assertThat(left.getFirst().offset()).isEqualTo(extent.first());
            assertThat(left.getLast().offset()).isEqualTo(records - 1);
            assertThat(left).hasSize((int) (records - extent.first()));
            assertThat(log.read(0, 0, 1).getFirst().offset()).isEqualTo(extent.first());
            assertThat(log.offsetAt(0, START)).isEqualTo(extent.first());
            assertThat(log.offsetAt(0, limit)).isEqualTo(150);
            assertThat(read(1, 0, 100)).containsExactly("young");
            reopen();
        }
    }

    @Test
    void retention_that_drops_everything_keeps_numbers_and_time() {
        store(0, "a", "b", "c");
        clock.advance(Duration.ofHours(1));
        log.dropBefore(Instant.MAX);
        reopen();
        clock.set(START.minusSeconds(1));

        Extent extent = log.extent(0);
        assertThat(extent.next()).isEqualTo(3);
        assertThat(extent.lastTime()).isEqualTo(START);
        Receipt.Stored next = append(0, "d").await();
        assertThat(next.offset()).isEqualTo(3);
        assertThat(next.time()).isEqualTo(START);
        assertThat(read(0, 3, 100)).containsExactly("d");
        log.dropBefore(START);
        assertThat(read(0, 3, 100)).containsExactly("d");
    }

    @Test
    void a_watcher_is_woken_for_its_partition_until_it_is_closed() throws Exception {
        Semaphore wakes = new Semaphore(0);
        AtomicLong durableAtWake = new AtomicLong();
        Log.Watch watch = log.watch(0, () -> {
            durableAtWake.set(log.extent(0).next());
            wakes.release();
        });
        store(1, "other");
        assertThat(wakes.availablePermits()).isZero();
        store(0, "a");
        assertThat(wakes.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        assertThat(durableAtWake).hasValue(1);

        watch.close();
        watch.close();
        Semaphore second = new Semaphore(0);
        log.watch(0, second::release);
        store(0, "b");
        assertThat(second.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        assertThat(wakes.availablePermits()).isZero();
    }

    @Test
    void too_much_that_is_pending_pushes_back_until_it_is_stored() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        log.append(0, new byte[0], new Log.Appended() {
            @Override
            public void stored(long offset, Instant time) {
                try {
                    held.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void failed(StoreException why) {}
        });
        byte[] record = new byte[64 * 1024];
        int taken = 0;
        List<Receipt> receipts = new ArrayList<>();
        boolean more = true;
        while (more) {
            Receipt receipt = new Receipt();
            receipts.add(receipt);
            more = log.append(taken % PARTITIONS, record, receipt);
            taken++;
            assertThat(taken).isLessThanOrEqualTo(PENDING_MAX_BYTES / record.length + 1);
        }
        assertThat(taken).isGreaterThan(PENDING_MAX_BYTES / record.length / 2);

        held.countDown();
        for (Receipt receipt : receipts) {
            assertThat(receipt.wasStored())
                    .as("also the one that was one too many")
                    .isTrue();
        }
        store(0, "wait for the last report");
        assertThat(log.append(0, record, new Receipt())).isTrue();
    }

    @Test
    void a_receiver_that_throws_disturbs_nobody() {
        Log.Appended bad = new Log.Appended() {
            @Override
            public void stored(long offset, Instant time) {
                throw new IllegalStateException("a bug of the receiver");
            }

            @Override
            public void failed(StoreException why) {}
        };
        Log.Watch watch = log.watch(0, () -> {
            throw new IllegalStateException("a bug of the watcher");
        });
        log.append(0, new byte[] {1}, bad);
        store(0, "a", "b");
        watch.close();

        assertThat(log.extent(0).next()).isEqualTo(3);
    }

    @Test
    void closing_stores_what_was_taken_and_takes_no_more() {
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            receipts.add(append(i % PARTITIONS, "record " + i));
        }
        log.close();
        assertThat(receipts).allMatch(Receipt::isDone).allMatch(Receipt::wasStored);

        Receipt late = append(0, "late");
        assertThatThrownBy(late::await).isInstanceOf(StoreException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> log.read(0, 0, 100)).isInstanceOf(StoreException.class);
        log.dropBefore(Instant.MAX);
        log.close();
        log = open();
        assertThat(readAll(0)).hasSize(5000 / PARTITIONS + 1);
    }

    @Test
    void readers_see_whole_records_in_order_while_others_write_and_old_ones_go() throws Exception {
        int records = 4000;
        AtomicBoolean writing = new AtomicBoolean(true);
        List<Future<Long>> readers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 3; i++) {
                int chunk = 100 << (4 * i);
                readers.add(threads.submit(() -> readWhile(writing, chunk)));
            }
            Receipt last = new Receipt();
            for (int i = 0; i < records; i++) {
                last = append(0, i + ":" + "x".repeat(i % 500));
                if (i % 100 == 0) {
                    last.await();
                    clock.advance(Duration.ofSeconds(1));
                }
                if (i % 1000 == 999) {
                    log.dropBefore(clock.instant().minusSeconds(8));
                }
            }
            last.await();
            writing.set(false);
            for (Future<Long> reader : readers) {
                assertThat(reader.get(30, TimeUnit.SECONDS)).isEqualTo(records);
            }
        }
    }

    /** Reads until the writing ended and all was seen; returns the offset behind the last record. */
    private long readWhile(AtomicBoolean writing, int maxBytes) throws InterruptedException {
        Semaphore wakes = new Semaphore(0);
        try (Log.Watch watch = log.watch(0, wakes::release)) {
            long next = 0;
            while (true) {
                boolean more = writing.get();
                wakes.drainPermits();
                List<Entry> entries = log.read(0, next, maxBytes);
                if (entries.isEmpty()) {
                    if (!more) {
                        return next;
                    }
                    wakes.tryAcquire(10, TimeUnit.MILLISECONDS);
                }
                for (Entry entry : entries) {
                    if (entry.offset() != next) {
                        assertThat(log.extent(0).first())
                                .as("a gap comes of dropping only")
                                .isGreaterThan(next);
                    }
                    int number = (int) entry.offset();
                    assertThat(new String(entry.record(), UTF_8)).isEqualTo(number + ":" + "x".repeat(number % 500));
                    next = entry.offset() + 1;
                }
            }
        }
    }
}
