package dev.holdfast.cli.bench;

import org.jspecify.annotations.Nullable;

/** What the connections of one event loop counted. On that loop until it has come to rest. */
final class HandshakeTally {
    private final Window window;
    private final LatencyHistogram latency = new LatencyHistogram();
    private long full;
    private long bytes;
    private long failures;
    private @Nullable String firstFailure;

    HandshakeTally(Window window) {
        this.window = window;
    }

    Window window() {
        return window;
    }

    /** Times on {@link System#nanoTime}'s clock. */
    void succeeded(long began, long shaken, boolean isFull, long wireBytes) {
        if (window.contains(shaken)) {
            latency.record(shaken - began);
            full += isFull ? 1 : 0;
            bytes += wireBytes;
        }
    }

    void failed(String why) {
        failures++;
        firstFailure = firstFailure == null ? why : firstFailure;
    }

    void add(HandshakeTally other) {
        latency.add(other.latency);
        full += other.full;
        bytes += other.bytes;
        failures += other.failures;
        firstFailure = firstFailure == null ? other.firstFailure : firstFailure;
    }

    LatencyHistogram latency() {
        return latency;
    }

    long handshakes() {
        return latency.count();
    }

    long full() {
        return full;
    }

    long bytes() {
        return bytes;
    }

    /** Since the beginning, warm-up included. */
    long failures() {
        return failures;
    }

    @Nullable
    String firstFailure() {
        return firstFailure;
    }
}
