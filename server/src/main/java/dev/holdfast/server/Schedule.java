package dev.holdfast.server;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work that comes round, on one thread. A failure is logged and the work tried again at its next turn. */
final class Schedule implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Schedule.class);
    private static final Duration CLOSE_MAX_TIME = Duration.ofSeconds(2);

    /** May throw anything. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("holdfast-schedule").factory());

    /** @param name for the log, what the work does */
    void every(Duration period, String name, Work work) {
        var _ = thread.scheduleWithFixedDelay(
                () -> run(name, work), period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Once, as soon as there is time for it. */
    void soon(String name, Work work) {
        thread.execute(() -> run(name, work));
    }

    private void run(String name, Work work) {
        try {
            work.run();
        } catch (Exception e) {
            if (thread.isShutdown()) {
                LOG.debug("{} was ended with the server", name, e);
                return;
            }
            LOG.error("{} failed and is tried again later", name, e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        thread.shutdownNow();
        if (!thread.awaitTermination(CLOSE_MAX_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("scheduled work did not end in time");
        }
    }
}
