package dev.holdfast.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** The log's own end: its lines are written by a thread of their own, so that a stalled terminal stalls no connection. */
final class Logging {
    private Logging() {}

    /** From now on, lines of this importance and more are logged. */
    static void level(LogLevel least) {
        if (LoggerFactory.getLogger("dev.holdfast") instanceof Logger own) {
            own.setLevel(Level.toLevel(least.name()));
        }
    }

    /** Writes what is waiting. Nothing is logged after this. */
    static void flush() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }
}
