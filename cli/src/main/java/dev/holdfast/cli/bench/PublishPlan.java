package dev.holdfast.cli.bench;

import java.time.Duration;

/**
 * The load of a publish bench. Every message has QoS 1.
 *
 * @param window messages that one connection may have unacknowledged
 * @param size bytes of payload, at least {@link #SIZE_MIN}
 * @param rate messages per second over all connections, sent when they are due whatever the server does; 0 for as fast as the
 *     windows allow
 * @param backlog messages that may be acknowledged and not delivered before the publishers wait for the reader; 0 for no bound,
 *     else at least {@link #BACKLOG_MIN}
 * @param drain how long to wait at the end for what is still under way
 * @param threads event loops of the client
 */
public record PublishPlan(
        int connections,
        int window,
        int size,
        double rate,
        int backlog,
        Duration warmup,
        Duration duration,
        Duration drain,
        int threads) {
    /** What the payload needs to tell which message it is. */
    public static final int SIZE_MIN = Stamp.BYTES;

    /** The least bound on a backlog. */
    public static final int BACKLOG_MIN = Brake.BACKLOG_MIN;

    boolean isOpenLoop() {
        return rate > 0;
    }
}
