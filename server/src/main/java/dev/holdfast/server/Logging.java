package dev.holdfast.server;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The form of the log's lines, and its end. Lines are written by a thread of their own, so that a stalled terminal stalls no
 * connection.
 */
final class Logging {
    /** How a line looks. */
    enum Format {
        /** For people; what logback.xml says. */
        TEXT,
        /** One JSON object a line, see {@link JsonLines}. */
        JSON;

        /** By its name in lower case. */
        static Optional<Format> of(String name) {
            return Arrays.stream(values())
                    .filter(format -> format.name().equalsIgnoreCase(name))
                    .findFirst();
        }
    }

    private Logging() {}

    /** Lines have this form from now on. */
    static void use(Format format) {
        if (format == Format.JSON && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            use(context, new JsonLines());
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
