package dev.holdfast.cli.bench;

import java.time.Duration;

/**
 * The load of a handshake bench.
 *
 * @param concurrency connections under way at once; each is a new TCP connection and is left after its handshake
 * @param resumed whether each handshake resumes the session of the one before in its place
 * @param exchange whether CONNECT is sent and CONNACK awaited before leaving
 * @param threads event loops of the client
 */
public record HandshakePlan(
        int concurrency, boolean resumed, boolean exchange, Duration warmup, Duration duration, int threads) {}
