package dev.holdfast.tls.trace;

import dev.holdfast.base.Limits;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The handshake of one connection as a server's side reads along. A fact of a connection that somebody waits for; others have none.
 * What it holds is bounded by {@link Limits.Trace}: while it reads about 200 KB, then what was seen. Any thread.
 */
public final class Recording {
    private final long begunNanos = System.nanoTime();
    private @Nullable HandshakeTap tap;
    private List<Seen> seen = List.of();
    private Optional<ServerHello> chosen = Optional.empty();
    private boolean claimed;

    public Recording(Limits.Trace limits) {
        tap = new HandshakeTap(limits);
    }

    /** @param bytes as in {@link HandshakeTap#read}; not looked at after {@link #stop} */
    public synchronized void read(Side from, ByteBuffer bytes) {
        if (tap != null) {
            tap.read(from, bytes, Duration.ofNanos(System.nanoTime() - begunNanos));
        }
    }

    /** The handshake is over: what comes now is nobody's business. */
    public synchronized void stop() {
        if (tap != null) {
            seen = tap.seen();
            chosen = tap.chosen();
            tap = null;
        }
    }

    /** Nobody waits for it any more. */
    public synchronized void forget() {
        tap = null;
        seen = List.of();
        chosen = Optional.empty();
        claimed = true;
    }

    /** Whether it is the caller who tells what became of the connection: true once. */
    public synchronized boolean claim() {
        boolean first = !claimed;
        claimed = true;
        return first;
    }

    /** What was seen until {@link #stop}, and nothing before that. */
    public synchronized List<Seen> seen() {
        return seen;
    }

    /** As {@link HandshakeTap#chosen}, from {@link #stop} on. */
    public synchronized Optional<ServerHello> chosen() {
        return chosen;
    }
}
