package dev.holdfast.cli;

import java.io.IOException;
import java.io.PrintWriter;

/**
 * Something on the disk that holds keys and is not done: removed when it is closed, and also when the process is ended by Ctrl-C or
 * SIGTERM in the middle, where no {@code finally} runs. Any thread.
 */
final class Unfinished implements AutoCloseable {
    @FunctionalInterface
    interface Work {
        void run() throws IOException;
    }

    private final Work removal;
    private final PrintWriter err;
    private final String what;
    private final Thread hook = new Thread(this::interrupted, "holdfast-unfinished");
    private boolean over;

    /**
     * @param what what it becomes, for the sentence that tells of an interruption
     * @param removal removes whatever is there already
     */
    Unfinished(String what, PrintWriter err, Work removal) {
        this.what = what;
        this.err = err;
        this.removal = removal;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** A step that makes something that would have to be removed. It is not removed in the middle of it, nor made behind that. */
    synchronized void step(Work work) throws IOException {
        if (over) {
            throw new IOException("it was interrupted");
        }
        work.run();
    }

    /** The last step; what was made stays from now on. */
    synchronized void finish(Work work) throws IOException {
        step(work);
        over = true;
    }

    private synchronized void interrupted() {
        if (over) {
            return;
        }
        over = true;
        try {
            removal.run();
            err.println("holdfast: interrupted; nothing is left of " + what + ".");
        } catch (IOException e) {
            err.println("holdfast: interrupted; what is left of " + what + " holds keys, delete it: " + Trouble.of(e)
                    + ".");
        }
        err.flush();
    }

    @Override
    public void close() throws IOException {
        removeHook();
        synchronized (this) {
            if (!over) {
                over = true;
                removal.run();
            }
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // It runs already, and finds that all is over.
        }
    }
}
