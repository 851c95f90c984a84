package dev.holdfast.cli.bench;

/**
 * When the messages of one connection are to be sent, on {@link System#nanoTime}'s clock. At a fixed rate it follows from the
 * message's number alone, so that a server which stops for a while can't make its own latencies look better (coordinated omission).
 */
sealed interface Schedule {
    /** Nothing to send. */
    long NEVER = Long.MAX_VALUE;

    /** When message {@code number} was or is due, if it is due at {@code now}; else {@link #NEVER}. */
    long due(long number, long now);

    /** Whether no message from {@code number} on is ever due after {@code now}. */
    boolean isOver(long number, long now);

    /** As fast as acknowledgements come, until the end of the window. */
    record Closed(Window window) implements Schedule {
        @Override
        public long due(long number, long now) {
            return window.isOver(now) ? NEVER : now;
        }

        @Override
        public boolean isOver(long number, long now) {
            return window.isOver(now);
        }
    }

    /**
     * One message every {@code connections / rate} seconds, the connections one after the other.
     *
     * @param place of this connection among them, from 0
     */
    record Open(Window window, double rate, int connections, int place) implements Schedule {
        @Override
        public long due(long number, long now) {
            long intended = intended(number);
            return now - intended < 0 || window.isOver(intended) ? NEVER : intended;
        }

        @Override
        public boolean isOver(long number, long now) {
            return window.isOver(intended(number));
        }

        private long intended(long number) {
            return window.begin() + (long) ((number * connections + place) * (1e9 / rate));
        }
    }
}
