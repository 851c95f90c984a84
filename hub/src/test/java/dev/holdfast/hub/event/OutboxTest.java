package dev.holdfast.hub.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.MemoryLog;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.fault.FaultOrders;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.EventSource;
import dev.holdfast.hub.telemetry.HubEvent;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.store.Table;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final HubName HUB = new HubName("hub1");

    private final MemoryLog log = new MemoryLog(1);
    private final Snapshots table = new Snapshots();
    private final Outbox outbox =
            new Outbox(table, HUB, new Intake(log, Limits.defaults().telemetry(), FaultOrders.none()));

    /** As a real one: who reads outside of a transaction does not see what it wrote, and does not wait for it. */
    private static final class Snapshots implements Table {
        private final MemoryTable rows = new MemoryTable();
        private final CountDownLatch listed = new CountDownLatch(1);
        private volatile boolean writing;

        @Override
        public List<Row> list(String scope, String kind, String afterKey, int maxRows) {
            if (writing) {
                listed.countDown();
                return List.of();
            }
            return rows.list(scope, kind, afterKey, maxRows);
        }

        @Override
        public Optional<Row> get(String scope, String kind, String key) {
            return rows.get(scope, kind, key);
        }

        @Override
        public long count(String scope, String kind) {
            return rows.count(scope, kind);
        }

        @Override
        public <R extends @Nullable Object> R transact(String scope, Work<R> work) {
            return rows.transact(scope, work);
        }

        @Override
        public void deleteScope(String scope) {
            rows.deleteScope(scope);
        }

        @Override
        public void close() {}
    }

    private static byte[] event(int number) {
        return new HubEvent(
                        EventSource.LIFECYCLE,
                        Identity.of(new DeviceId("dev" + number)),
                        "createDeviceIdentity",
                        "id" + number,
                        "2026-12-01T12:00:00.0000000Z",
                        "{}")
                .record(HUB);
    }

    private void awaitStored(int count) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (log.all().size() < count) {
            assertThat(System.nanoTime())
                    .as("%d of %d are stored", log.all().size(), count)
                    .isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void event_is_told_though_another_commit_came_while_its_transaction_was_under_way() throws Exception {
        table.transact(HUB.value(), rows -> {
            table.writing = true;
            outbox.add(rows, event(1));
            // Another thread's transaction, before this one, is reported now; what it looks for is not there yet.
            outbox.committed();
            await(table.listed);
            table.writing = false;
            return true;
        });
        outbox.committed();
        awaitStored(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void every_event_of_many_threads_is_told_once() throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(_ -> Thread.startVirtualThread(() -> {
                    for (int i = 0; i < 50; i++) {
                        int number = next.incrementAndGet();
                        boolean _ = table.transact(HUB.value(), rows -> {
                            outbox.add(rows, event(number));
                            return true;
                        });
                        outbox.committed();
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        awaitStored(200);
        assertThat(log.all()).hasSize(200);
    }
}
