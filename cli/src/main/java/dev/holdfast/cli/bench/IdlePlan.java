package dev.holdfast.cli.bench;

import java.time.Duration;

/**
 * Connections that do nothing.
 *
 * @param warmup handshakes before the first reading, so that what a server loads once is not counted
 * @param hold how long they stay before the second reading
 * @param collect whether a Java server is asked to collect its garbage before each reading
 * @param threads event loops of the client
 */
public record IdlePlan(int connections, Duration warmup, Duration hold, boolean collect, int threads) {}
