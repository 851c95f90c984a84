package dev.holdfast.cli.bench;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Many connections publish, perhaps one reads, and what it cost is measured. One {@link #run} per object. */
public final class PublishBench {
    private static final long LOOK_EVERY_MILLIS = 20;

    private final Target target;
    private final PublishPlan plan;
    private final ReaderPlan readerPlan;
    private final Consumer<String> progress;
    private final List<LatencyHistogram> latencies = new ArrayList<>();
    private final List<Publisher> publishers = new ArrayList<>();
    private final Deliveries deliveries;
    private final Received received;
    private final Brake brake;

    /** @param progress told in words what happens */
    public PublishBench(Target target, PublishPlan plan, ReaderPlan readerPlan, Consumer<String> progress) {
        this.target = target;
        this.plan = plan;
        this.readerPlan = readerPlan;
        this.progress = progress;
        deliveries = new Deliveries(new SecureRandom().nextLong(), plan.connections());
        brake = new Brake(deliveries, plan.backlog());
        received = new Received(deliveries, brake, plan.isOpenLoop());
    }

    /** @param logins one for each connection */
    public Result run(List<Login> logins) throws BenchFailure, InterruptedException {
        Meter meter = new Meter(target);
        var _ = meter.read(); // fails now rather than after the warm-up
        LoadTls.Sessions sessions = target.tls().open(false);
        try (Clients clients = new Clients(plan.threads())) {
            makePublishers(logins);
            progress.accept("opening " + plan.connections() + " connections");
            Opening.open(clients, target, sessions, publishers);
            Measured measured;
            try (Reader reader = startReader(clients, sessions)) {
                measured = measure(meter, clients, reader);
            }
            publishers.forEach(Publisher::leave);
            clients.settle();
            return new PublishResult(target, plan, readerPlan, measured)
                    .of(publishers.stream().map(Publisher::outcome).toList(), latency(), deliveries, received);
        }
    }

    /**
     * @param interruption of the reader, null for none
     * @param serverEnd that the server's process is gone; null when it is not
     */
    record Measured(
            Meter.Reading before,
            Meter.Reading after,
            @Nullable String interruption,
            @Nullable String serverEnd) {}

    private Measured measure(Meter meter, Clients clients, @Nullable Reader reader)
            throws BenchFailure, InterruptedException {
        Window window = begin();
        progress.accept("warming up for " + plan.warmup().toSeconds() + " s");
        Meter.sleepUntil(window.start());
        Meter.Reading before = meter.read();
        progress.accept("measuring for " + plan.duration().toSeconds() + " s");
        Meter.sleepUntil(window.end());
        Meter.Reading after = meter.read();
        drain(clients, reader, window, meter);
        return new Measured(before, after, reader == null ? null : reader.interruption(), meter.serverEnd());
    }

    private void makePublishers(List<Login> logins) {
        // One histogram for all connections of a loop, which are dealt out to the loops by number.
        for (int i = 0; i < plan.threads(); i++) {
            latencies.add(new LatencyHistogram());
        }
        for (int i = 0; i < plan.connections(); i++) {
            publishers.add(new Publisher(i, logins.get(i), plan, deliveries, brake, latencies.get(i % plan.threads())));
        }
    }

    private @Nullable Reader startReader(Clients clients, LoadTls.Sessions sessions)
            throws BenchFailure, InterruptedException {
        return switch (readerPlan) {
            case ReaderPlan.None() -> null;
            case ReaderPlan.Mqtt mqtt -> MqttReader.start(mqtt, received, clients, target, sessions);
            case ReaderPlan.Amqp amqp -> AmqpReader.start(amqp, received);
        };
    }

    private Window begin() {
        long now = System.nanoTime();
        long start = now + plan.warmup().toNanos();
        Window window = new Window(now, start, start + plan.duration().toNanos());
        received.measure(window);
        for (int i = 0; i < publishers.size(); i++) {
            Schedule schedule = plan.isOpenLoop()
                    ? new Schedule.Open(window, plan.rate(), plan.connections(), i)
                    : new Schedule.Closed(window);
            publishers.get(i).begin(window, schedule);
        }
        if (plan.isOpenLoop()) {
            new Pacer(publishers, window, plan.rate()).start();
        }
        return window;
    }

    /**
     * Waits until all is acknowledged, for as long as the plan allows; then until all is read, for as long as anything comes: a
     * reader that is slow has lost nothing.
     */
    private void drain(Clients clients, @Nullable Reader reader, Window window, Meter meter)
            throws InterruptedException {
        long last = window.end();
        long seen = 0;
        while (!meter.hasServerEnded()
                && System.nanoTime() - last < plan.drain().toNanos()) {
            clients.settle();
            boolean acknowledged = publishers.stream().allMatch(Publisher::isDone);
            if (acknowledged && (reader == null || isAllDelivered())) {
                return;
            }
            if (acknowledged && deliveries.deliveredCount() != seen) {
                seen = deliveries.deliveredCount();
                last = System.nanoTime();
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    /** Of a lost connection messages may be delivered that were not acknowledged, so that a count says nothing. */
    private boolean isAllDelivered() {
        boolean countsTell = publishers.stream().noneMatch(Publisher::isLost);
        return countsTell && deliveries.deliveredCount() >= deliveries.acknowledgedCount();
    }

    private LatencyHistogram latency() {
        LatencyHistogram sum = new LatencyHistogram();
        latencies.forEach(sum::add);
        return sum;
    }
}
