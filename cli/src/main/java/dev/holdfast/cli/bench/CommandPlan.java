package dev.holdfast.cli.bench;

import java.time.Duration;

/**
 * The load of a command bench.
 *
 * @param registered devices of the hub in all, those that are connected among them
 * @param connections devices that are connected and are called in turn
 * @param callers commands that are under way at once
 * @param size bytes that each one carries besides its number
 * @param rate commands per second in all, begun when they are due whatever the server does; 0 for as fast as the callers can
 * @param drain how long to wait at the end for deliveries, while none comes
 * @param threads event loops of the client
 */
public record CommandPlan(
        CommandKind kind,
        int registered,
        int connections,
        int callers,
        int size,
        double rate,
        Duration warmup,
        Duration duration,
        Duration drain,
        int threads) {
    boolean isOpenLoop() {
        return rate > 0;
    }
}
