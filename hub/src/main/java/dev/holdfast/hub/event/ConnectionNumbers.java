package dev.holdfast.hub.event;

import dev.holdfast.base.HubName;
import dev.holdfast.store.Table;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers of 256 bits that rise strictly, over restarts and whatever the clock says, as 64 hexadecimal digits: readers compare them as
 * texts. The upper half counts the runs of the hub, the lower half what is numbered in a run.
 */
final class ConnectionNumbers {
    private static final String KIND = "hub-event-number";
    private static final String RUN = "run";

    private final Table table;
    private final HubName hub;
    private final AtomicLong last = new AtomicLong();
    private volatile long run;

    ConnectionNumbers(Table table, HubName hub) {
        this.table = table;
        this.hub = hub;
    }

    /** Begins the numbers of this run; a second call does nothing. Blocks on the disk. */
    synchronized void open() {
        if (run == 0) {
            run = table.transact(hub.value(), rows -> rows.increment(KIND, RUN));
        }
    }

    String next() {
        if (run == 0) {
            throw new IllegalStateException("the numbers of this run were not begun");
        }
        return "%032x%032x".formatted(run, last.incrementAndGet());
    }
}
