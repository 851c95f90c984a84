package dev.holdfast.cli.bench;

import dev.holdfast.cli.bench.ProcessUse.Used;
import org.jspecify.annotations.Nullable;

/** Finds out that the process which was measured is not the one that did the work. */
final class Doubt {
    /** No server takes a message out of TLS, keeps or forwards it and acknowledges it for less. */
    static final double MESSAGE_MICROS = 2;

    /** No key exchange is done for less. */
    static final double HANDSHAKE_MICROS = 50;

    /** The processor time of a process is told in steps of this. */
    private static final double STEP_MICROS = 1e6 / ProcessStat.TICKS_PER_SECOND;

    private Doubt() {}

    /**
     * A sentence when the process used less than any server could; null when all is well, or when there is too little to judge by.
     *
     * @param leastMicros processor time of one operation that no server stays below
     */
    static @Nullable String of(@Nullable Used server, long operations, double leastMicros) {
        if (server == null || operations * leastMicros < STEP_MICROS || server.microsPer(operations) >= leastMicros) {
            return null;
        }
        return "the process that was measured as the server used " + Math.round(server.cpuSeconds() * 1000)
                + " ms of processor time while a server did " + operations
                + " operations, so that it can't be that server; give the right one with --server-pid.";
    }
}
