package dev.holdfast.cli.bench;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Pokes each publisher when its next message is due. The system lets it oversleep by about 60 µs, which counts as latency. */
final class Pacer extends Thread {
    private final List<Publisher> publishers;
    private final Window window;
    private final double rate;

    Pacer(List<Publisher> publishers, Window window, double rate) {
        super("holdfast-bench-pacer");
        this.publishers = publishers;
        this.window = window;
        this.rate = rate;
        setDaemon(true);
    }

    @Override
    public void run() {
        long due = window.begin();
        for (long k = 0; !window.isOver(due) && !isInterrupted(); k++) {
            due = window.begin() + (long) (k * (1e9 / rate));
            long wait = due - System.nanoTime();
            while (wait > 0 && !isInterrupted()) {
                LockSupport.parkNanos(wait);
                wait = due - System.nanoTime();
            }
            publishers.get((int) (k % publishers.size())).poke();
        }
    }
}
