package dev.holdfast.store.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Works that wait for the writer, at most so many; who comes when it is full waits. Any thread puts, the writer takes.
 */
final class WriteQueue {
    private final int max;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition notFull = lock.newCondition();
    private List<WriteJob<?>> jobs = new ArrayList<>();
    private boolean closed;

    WriteQueue(int max) {
        this.max = max;
    }

    /** False when the queue is closed. */
    boolean put(WriteJob<?> job) {
        lock.lock();
        try {
            while (jobs.size() >= max && !closed) {
                notFull.awaitUninterruptibly();
            }
            if (closed) {
                return false;
            }
            jobs.add(job);
            notEmpty.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Everything that waits; waits for the first one. Empty when the queue is closed and nothing is left. */
    List<WriteJob<?>> takeAll() {
        lock.lock();
        try {
            while (jobs.isEmpty() && !closed) {
                notEmpty.awaitUninterruptibly();
            }
            List<WriteJob<?>> all = jobs;
            jobs = new ArrayList<>();
            notFull.signalAll();
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more; what was put is still handed out. */
    void close() {
        lock.lock();
        try {
            closed = true;
            notEmpty.signalAll();
            notFull.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
