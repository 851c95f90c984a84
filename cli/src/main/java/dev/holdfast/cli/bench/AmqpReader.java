package dev.holdfast.cli.bench;

import dev.holdfast.base.Limits;
import dev.holdfast.cli.monitor.TelemetryEvent;
import dev.holdfast.cli.monitor.TelemetryListener;
import dev.holdfast.cli.monitor.TelemetryReader;
import dev.holdfast.cli.monitor.TelemetryStart;
import dev.holdfast.wire.amqp.AmqpException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads all partitions of a hub as a back end does. */
final class AmqpReader implements Reader, TelemetryListener {
    /** What Event Hubs clients commonly ask for. */
    private static final int CREDIT = 500;

    private final TelemetryReader reader;
    private final Received received;
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final Thread thread;
    private volatile @Nullable String interruption;

    private AmqpReader(ReaderPlan.Amqp plan, Received received) {
        this.received = received;
        reader = new TelemetryReader(
                new TelemetryReader.Options(
                        plan.connection(), plan.tls(), "$Default", new TelemetryStart.Now(), CREDIT, Limits.defaults()),
                InstantSource.system(),
                this);
        thread = new Thread(this::run, "holdfast-bench-reader");
        thread.setDaemon(true);
    }

    /** Returns when all partitions are being read. */
    static AmqpReader start(ReaderPlan.Amqp plan, Received received) throws BenchFailure, InterruptedException {
        AmqpReader reader = new AmqpReader(plan, received);
        reader.thread.start();
        Opening.await(reader.connected, "the reader can't read from " + plan.connection());
        return reader;
    }

    private void run() {
        try {
            reader.run();
        } catch (AmqpException refused) {
            connected.completeExceptionally(refused);
            interruption = refused.error().toString();
        } catch (RuntimeException bug) {
            // Otherwise what it did not read would seem to be lost by the server.
            connected.completeExceptionally(bug);
            interruption = "it failed: " + bug.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void connected(String hub, int partitions) {
        connected.complete(null);
    }

    @Override
    public void event(TelemetryEvent event) {
        Stamp.read(event.body(), received);
    }

    @Override
    public void interrupted(String why, Duration retryIn) {
        connected.completeExceptionally(new BenchFailure(why));
        interruption = why;
    }

    @Override
    public @Nullable String interruption() {
        return interruption;
    }

    @Override
    public void close() throws InterruptedException {
        reader.close();
        thread.join();
    }
}
