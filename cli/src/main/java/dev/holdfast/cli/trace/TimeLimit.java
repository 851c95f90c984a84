package dev.holdfast.cli.trace;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Closes a socket when its time is over, unless it was closed itself before. */
final class TimeLimit implements AutoCloseable {
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean over;

    TimeLimit(Socket socket, Duration max) {
        Thread.ofVirtual().name("time limit of a trace").start(() -> watch(socket, max));
    }

    private void watch(Socket socket, Duration max) {
        try {
            if (!done.await(max.toNanos(), TimeUnit.NANOSECONDS)) {
                over = true;
                socket.close();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException _) {
            // It is closed, which was wanted.
        }
    }

    boolean isOver() {
        return over;
    }

    @Override
    public void close() {
        done.countDown();
    }
}
