package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** What this process logs of Holdfast's own, from now on until it is closed. */
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final long WAIT_SECONDS = 30;

    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.holdfast");
    private final List<String> lines = new CopyOnWriteArrayList<>();

    LogLines() {
        start();
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(event.getFormattedMessage());
    }

    List<String> all() {
        return List.copyOf(lines);
    }

    /** The lines about a client's socket, as soon as there is one. */
    List<String> about(int clientPort) throws InterruptedException {
        String address = " 127.0.0.1:" + clientPort + " ";
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (true) {
            List<String> found =
                    lines.stream().filter(line -> line.contains(address)).toList();
            if (!found.isEmpty()) {
                return found;
            }
            assertThat(System.nanoTime())
                    .as("a line about %s in %s", address, lines)
                    .isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Waits for a line with this text. */
    void await(String text) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (lines.stream().noneMatch(line -> line.contains(text))) {
            assertThat(System.nanoTime()).as("'%s' in %s", text, lines).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        stop();
    }
}
