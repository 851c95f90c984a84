package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.cli.monitor.EventHubConnection;
import dev.holdfast.cli.monitor.TelemetryEvent;
import dev.holdfast.cli.monitor.TelemetryListener;
import dev.holdfast.cli.monitor.TelemetryReader;
import dev.holdfast.cli.monitor.TelemetryStart;
import dev.holdfast.wire.amqp.AmqpException;
import dev.holdfast.wire.client.ClientTls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Telemetry of hub1 from its beginning, read as a back end does. */
final class Telemetry implements TelemetryListener, AutoCloseable {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final TelemetryReader reader;
    private final List<TelemetryEvent> events = new ArrayList<>();
    private final List<String> interruptions = new ArrayList<>();

    private Telemetry(Ready ready) throws IOException {
        reader = new TelemetryReader(
                new TelemetryReader.Options(
                        EventHubConnection.parse(
                                String.valueOf(ready.hubs().getFirst().eventHubConnectionString())),
                        ClientTls.trusting(Path.of(ready.trustBundle())),
                        "$Default",
                        new TelemetryStart.Earliest(),
                        100,
                        Limits.defaults()),
                InstantSource.system(),
                this);
    }

    static Telemetry read(Ready ready) throws IOException {
        Telemetry telemetry = new Telemetry(ready);
        var _ = Thread.ofVirtual().start(telemetry::run);
        return telemetry;
    }

    private void run() {
        try {
            reader.run();
        } catch (AmqpException | InterruptedException e) {
            interrupted(e.toString(), Duration.ZERO);
        }
    }

    @Override
    public void connected(String hub, int partitions) {}

    @Override
    public synchronized void event(TelemetryEvent event) {
        events.add(event);
        notifyAll();
    }

    @Override
    public synchronized void interrupted(String why, Duration retryIn) {
        interruptions.add(why);
        notifyAll();
    }

    synchronized List<String> bodies() {
        return events.stream()
                .map(event -> new String(event.body(), StandardCharsets.UTF_8))
                .toList();
    }

    synchronized List<TelemetryEvent> events() {
        return List.copyOf(events);
    }

    synchronized String awaitInterruption() throws InterruptedException {
        long until = System.nanoTime() + WAIT_NANOS;
        while (interruptions.isEmpty()) {
            if (System.nanoTime() > until) {
                throw new AssertionError("the reader was not interrupted");
            }
            wait(100);
        }
        return interruptions.getFirst();
    }

    /** Returns when all of them were read. */
    synchronized void await(Collection<String> bodies) throws InterruptedException {
        long until = System.nanoTime() + WAIT_NANOS;
        List<String> missing = new ArrayList<>(bodies);
        while (true) {
            missing.removeAll(new java.util.HashSet<>(bodies()));
            if (missing.isEmpty()) {
                return;
            }
            if (System.nanoTime() > until) {
                throw new AssertionError(missing.size() + " of " + bodies.size() + " are missing, such as "
                        + missing.getFirst() + "; " + interruptions);
            }
            wait(100);
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
