package dev.holdfast.server;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The form of the log's lines, and its end. Lines are written by a thread of their own, so that a stalled terminal stalls no
 * connection.
 */
final class Logging {
    private Logging() {}

    /** From now on, lines have this form, and those of this importance and more are logged. */
    static void use(Config.Log log) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger("dev.holdfast").setLevel(Level.toLevel(log.level().name()));
            switch (log.format()) {
                case TEXT -> {} // what logback.xml says
                case JSON -> use(context, new JsonLines());
            }
        }
    }

    private static void use(LoggerContext context, JsonLines lines) {
        if (context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("async") instanceof AsyncAppender async
                && async.getAppender("console") instanceof ConsoleAppender<ILoggingEvent> console) {
            lines.setContext(context);
            lines.start();
            console.setEncoder(lines);
        } else {
            throw new IllegalStateException("logback.xml has no console behind an async appender");
        }
    }

    /** Writes what is waiting. Nothing is logged after this. */
    static void flush() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }
}
