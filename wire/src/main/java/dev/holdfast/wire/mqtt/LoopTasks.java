package dev.holdfast.wire.mqtt;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** The event loop of one connection, with the tasks that wait on it for this connection, so that they die with it. */
final class LoopTasks {
    private static final Duration LONGEST = Duration.ofDays(365);

    private final EventLoop loop;
    private final List<Future<?>> waiting = new ArrayList<>();

    LoopTasks(EventLoop loop) {
        this.loop = loop;
    }

    /** Runs a task on the loop soon. Any thread; false when the loop has stopped, with its connections. */
    boolean run(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException stopped) {
            return false;
        }
    }

    /** Runs a task later, unless {@link #cancel} comes first. On the loop only. */
    void after(Duration delay, Runnable task) {
        waiting.removeIf(Future::isDone);
        Duration bounded = delay.compareTo(LONGEST) > 0 ? LONGEST : delay;
        waiting.add(loop.schedule(task, bounded.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** On the loop only. */
    void cancel() {
        waiting.forEach(task -> task.cancel(false));
        waiting.clear();
    }
}
