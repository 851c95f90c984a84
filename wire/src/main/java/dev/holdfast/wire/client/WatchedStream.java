package dev.holdfast.wire.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A stream that gives up when nothing comes for some time, which the HTTP client of the JDK does only before a body. */
final class WatchedStream extends FilterInputStream {
    private final Duration silenceMaxTime;
    private final Runnable giveUp;
    private final Object lock = new Object();
    private boolean waiting;
    private long waitingSince;
    private boolean stalled;
    private boolean closed;

    /** @param giveUp has a read that waits fail; any thread */
    WatchedStream(InputStream in, Duration silenceMaxTime, Runnable giveUp) {
        super(in);
        this.silenceMaxTime = silenceMaxTime;
        this.giveUp = giveUp;
        var _ = Thread.ofVirtual().name("watch of a body").start(this::watch);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        synchronized (lock) {
            waiting = true;
            waitingSince = System.nanoTime();
            lock.notifyAll();
        }
        try {
            int read = super.read(into, offset, length);
            failIfStalled(null);
            return read;
        } catch (IOException e) {
            failIfStalled(e);
            throw e;
        } finally {
            synchronized (lock) {
                waiting = false;
            }
        }
    }

    private void failIfStalled(@Nullable IOException cause) throws IOException {
        synchronized (lock) {
            if (stalled) {
                throw new IOException("nothing came for " + silenceMaxTime.toSeconds() + " s", cause);
            }
        }
    }

    private void watch() {
        synchronized (lock) {
            try {
                while (!closed) {
                    long left = waiting
                            ? silenceMaxTime.toNanos() - (System.nanoTime() - waitingSince)
                            : silenceMaxTime.toNanos();
                    if (waiting && left <= 0) {
                        stalled = true;
                        break;
                    }
                    lock.wait(Math.max(1, left / 1_000_000));
                }
            } catch (InterruptedException e) {
                return;
            }
        }
        if (isStalled()) {
            giveUp.run();
        }
    }

    private boolean isStalled() {
        synchronized (lock) {
            return stalled;
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        super.close();
    }
}
