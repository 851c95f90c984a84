package dev.holdfast.cli.bench;

import java.time.Duration;

/**
 * The load of a handshake bench.
 *
 * @param concurrency connections under way at once; each is a new TCP connection and is left after its handshake
 * @param resumed whether each handshake resumes the session of the one before in its place
 * @param exchange what is said and awaited before leaving
 * @param threads event loops of the client
 */
public record HandshakePlan(
        int concurrency, boolean resumed, Exchange exchange, Duration warmup, Duration duration, int threads) {}
