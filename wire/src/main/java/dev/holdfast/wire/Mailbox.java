package dev.holdfast.wire;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * The work of one connection that may block: runs on virtual threads, one task at a time, in the order it was put in.
 *
 * <p>Bounded: {@link #put} returns false when the box is full or closed, and {@code drained} is called when a full box has room
 * again, so that the owner can stop and resume reading its socket. Any thread may put; {@code drained} and {@code failed} are
 * called on the box's own thread.
 */
public final class Mailbox {
    /** Told when a task threw: a bug or a failing disk, never a client's mistake. */
    @FunctionalInterface
    public interface Failed {
        void failed(Throwable cause);
    }

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Executor threads;
    private final int maxTasks;
    private final Runnable drained;
    private final Failed failed;
    private boolean running;
    private boolean wasFull;
    private boolean closed;

    /** @param threads starts a thread that may block for each task run, in production one virtual thread a task */
    public Mailbox(Executor threads, int maxTasks, Runnable drained, Failed failed) {
        this.threads = threads;
        this.maxTasks = maxTasks;
        this.drained = drained;
        this.failed = failed;
    }

    /** Takes a task; false when it was not taken, because the box is full or closed. */
    public boolean put(Runnable task) {
        synchronized (tasks) {
            if (closed || tasks.size() >= maxTasks) {
                wasFull = true;
                return false;
            }
            tasks.add(task);
            if (running) {
                return true;
            }
            running = true;
        }
        threads.execute(this::drain);
        return true;
    }

    /** Whether {@link #put} would refuse now. */
    public boolean isFull() {
        synchronized (tasks) {
            boolean full = closed || tasks.size() >= maxTasks;
            wasFull |= full;
            return full;
        }
    }

    /** Takes nothing more; tasks already taken still run. */
    public void close() {
        synchronized (tasks) {
            closed = true;
        }
    }

    private void drain() {
        while (true) {
            Runnable task;
            boolean tellDrained;
            synchronized (tasks) {
                task = tasks.poll();
                tellDrained = wasFull && !closed;
                wasFull = false;
                if (task == null) {
                    running = false;
                }
            }
            if (tellDrained) {
                drained.run();
            }
            if (task == null) {
                return;
            }
            run(task);
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error cause) {
            failed.failed(cause);
        }
    }
}
