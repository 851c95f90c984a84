package dev.holdfast.cli.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that call one after the other: as soon as the call before is answered, or when the next one is due. At a fixed rate a call
 * is due whatever became of those before it, so that a server which stands still can't make its latencies look better.
 */
final class Calls {
    /** One call; returns when it is answered. */
    @FunctionalInterface
    interface Call {
        /** @param intended when it was due, on {@link System#nanoTime}'s clock */
        void call(long number, long intended) throws IOException, InterruptedException;
    }

    private final CommandPlan plan;
    private final Window window;
    private final Call call;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final AtomicLong failed = new AtomicLong();
    private final LatencyHistogram latency = new LatencyHistogram();
    private final List<Thread> threads = new ArrayList<>();

    Calls(CommandPlan plan, Window window, Call call) {
        this.plan = plan;
        this.window = window;
        this.call = call;
    }

    void start() {
        for (int i = 0; i < plan.callers(); i++) {
            threads.add(Thread.ofVirtual().name("holdfast-bench-caller-", i).start(this::run));
        }
    }

    private void run() {
        try {
            while (true) {
                long number = next.getAndIncrement();
                long due =
                        plan.isOpenLoop() ? window.begin() + (long) (number * (1e9 / plan.rate())) : System.nanoTime();
                if (window.isOver(due)) {
                    return;
                }
                Meter.sleepUntil(due);
                begun.incrementAndGet();
                if (!isAnswered(number, due)) {
                    failed.incrementAndGet();
                }
                ended.incrementAndGet();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isAnswered(long number, long due) throws InterruptedException {
        try {
            call.call(number, due);
        } catch (IOException | RuntimeException why) {
            failure.compareAndSet(null, why);
            return false;
        }
        long now = System.nanoTime();
        if (window.contains(now)) {
            answered.incrementAndGet();
        }
        // By when it was due: an answer that comes late is not to be left out for that.
        if (window.contains(due)) {
            synchronized (latency) {
                latency.record(now - due);
            }
        }
        return true;
    }

    /**
     * Waits until the last call is answered, and ends those that are not by then.
     *
     * @param maxTime from now
     */
    void await(Duration maxTime) throws InterruptedException {
        long end = System.nanoTime() + maxTime.toNanos();
        for (Thread thread : threads) {
            boolean _ = thread.join(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
        stop();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Calls that were due and neither answered nor refused. Only when all have ended. */
    long left() {
        long due =
                plan.isOpenLoop() ? (long) Math.ceil((window.end() - window.begin()) / 1e9 * plan.rate()) : begun.get();
        return Math.max(0, due - ended.get());
    }

    /** Ends them where they stand. */
    void stop() {
        threads.forEach(Thread::interrupt);
    }

    /** While measured. */
    long answered() {
        return answered.get();
    }

    /** Calls that were refused or not answered, in all. */
    long failed() {
        return failed.get();
    }

    /** What the first call that failed failed of; null when none did. */
    @Nullable
    Exception failure() {
        return failure.get();
    }

    /** Of the calls that were due while measured and answered, whenever. Only when all have ended. */
    LatencyHistogram latency() {
        return latency;
    }
}
