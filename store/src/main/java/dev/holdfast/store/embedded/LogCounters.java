package dev.holdfast.store.embedded;

import dev.holdfast.base.Histogram;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a log did since it was opened. The writer counts, any thread reads. */
final class LogCounters {
    final Histogram syncNanos = Histogram.ofNanos();
    final Histogram batchRecords = Histogram.ofBatchSizes();
    final LongAdder batchBytes = new LongAdder();
    final LongAdder failed = new LongAdder();
    final AtomicInteger failing = new AtomicInteger();
    volatile boolean dead;

    EmbeddedLog.Counts counts() {
        return new EmbeddedLog.Counts(
                syncNanos.snapshot(),
                batchRecords.snapshot(),
                batchBytes.sum(),
                failed.sum(),
                dead || failing.get() > 0);
    }
}
