package dev.holdfast.hub.device.amqp;

import dev.holdfast.wire.amqp.AmqpConnection;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The end of a device's token, which a new token moves. Any thread. */
final class Expiry {
    /** A longer wait comes in parts: the clock may be set meanwhile. */
    private static final Duration WAIT_MAX = Duration.ofHours(1);

    private final AmqpConnection connection;
    private final InstantSource clock;
    private final Consumer<Instant> expired;
    private @Nullable Instant until;
    private @Nullable Future<?> waiting;

    /** @param expired told on the event loop, with the end of the token */
    Expiry(AmqpConnection connection, InstantSource clock, Consumer<Instant> expired) {
        this.connection = connection;
        this.clock = clock;
        this.expired = expired;
    }

    /** @param end null for no token, and so for no end */
    synchronized void set(@Nullable Instant end) {
        if (end != null && end.equals(until)) {
            return;
        }
        cancel();
        until = end;
        if (end != null) {
            waitFor(end);
        }
    }

    synchronized void cancel() {
        until = null;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    private void waitFor(Instant end) {
        Duration left = Duration.between(clock.instant(), end);
        Duration now = left.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : left;
        waiting =
                connection.executor().schedule(() -> look(end), Math.max(0, now.toMillis()) + 1, TimeUnit.MILLISECONDS);
    }

    private void look(Instant end) {
        synchronized (this) {
            if (!end.equals(until)) {
                return;
            }
            if (clock.instant().isBefore(end)) {
                waitFor(end);
                return;
            }
        }
        expired.accept(end);
    }
}
