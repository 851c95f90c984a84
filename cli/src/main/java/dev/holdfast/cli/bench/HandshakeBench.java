package dev.holdfast.cli.bench;

import dev.holdfast.cli.bench.ProcessUse.Used;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** New connections as fast as they go, each left after its handshake, and what they cost. */
public final class HandshakeBench {
    private static final long END_SECONDS = 70;
    private static final double FAR_FROM_ALL = 0.99;

    private final Target target;
    private final HandshakePlan plan;
    private final Consumer<String> progress;

    /** @param progress told in words what happens */
    public HandshakeBench(Target target, HandshakePlan plan, Consumer<String> progress) {
        this.target = target;
        this.plan = plan;
        this.progress = progress;
    }

    /** @param logins one for each place; not used unless the plan exchanges packets */
    public Result run(List<Login> logins) throws BenchFailure, InterruptedException {
        Meter meter = new Meter(target);
        var _ = meter.read(); // fails now rather than after the warm-up
        List<HandshakeSlot> slots = new ArrayList<>();
        for (int i = 0; i < plan.concurrency(); i++) {
            slots.add(new HandshakeSlot(i, plan, logins.get(i), target.tls().open(plan.resumed())));
        }
        try (Clients clients = new Clients(plan.threads())) {
            long begin = System.nanoTime();
            long start = begin + plan.warmup().toNanos();
            Window window = new Window(begin, start, start + plan.duration().toNanos());
            List<HandshakeTally> tallies = new ArrayList<>();
            for (int i = 0; i < plan.threads(); i++) {
                tallies.add(new HandshakeTally(window));
            }
            progress.accept("warming up for " + plan.warmup().toSeconds() + " s");
            for (int i = 0; i < slots.size(); i++) {
                slots.get(i).start(clients, target, tallies.get(i % plan.threads()));
            }
            Meter.sleepUntil(window.start());
            Meter.Reading before = meter.read();
            progress.accept("measuring for " + plan.duration().toSeconds() + " s");
            Meter.sleepUntil(window.end());
            Meter.Reading after = meter.read();
            awaitEnd(slots);
            clients.settle();
            HandshakeTally sum = new HandshakeTally(window);
            tallies.forEach(sum::add);
            return result(sum, after.serverSince(before), after.clientSince(before), meter.serverEnd());
        }
    }

    private static void awaitEnd(List<HandshakeSlot> slots) throws BenchFailure, InterruptedException {
        CompletableFuture<?>[] ends = slots.stream().map(HandshakeSlot::done).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(END_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchFailure("the server left a connection open that should have ended", e);
        }
    }

    /** @param serverEnd that the server's process is gone; null when it is not */
    private Result result(HandshakeTally sum, @Nullable Used server, Used client, @Nullable String serverEnd)
            throws BenchFailure {
        String firstFailure = sum.firstFailure();
        long handshakes = sum.handshakes();
        if (handshakes == 0) {
            throw new BenchFailure(
                    serverEnd != null
                            ? serverEnd
                            : firstFailure == null ? "no handshake ended while measured" : firstFailure);
        }
        double seconds = plan.duration().toNanos() / 1e9;
        Measures measures = new Measures()
                .add("handshakesPerSecond", "handshakes per second", handshakes / seconds, "/s")
                .addLatency("handshake", "done after", sum.latency())
                .addProcessors(server, client, handshakes, "Handshake")
                .add("bytesPerHandshake", "bytes per handshake", (double) sum.bytes() / handshakes, "B")
                .add("resumedPercent", "resumed", 100.0 * (handshakes - sum.full()) / handshakes, "%")
                .addCount("failures", "failed, warm-up included", sum.failures());
        List<String> notes = new ArrayList<>();
        notes.add(Limiting.judge(client, server).sentence());
        notes.addAll(Limiting.waits(client, server));
        if (server == null && target.pid() == null) {
            notes.add("server CPU is not known: give the server's process with --server-pid");
        }
        if (plan.resumed() && handshakes - sum.full() < FAR_FROM_ALL * handshakes) {
            notes.add("the server did not resume every session");
        }
        String failure = sum.failures() == 0
                ? Doubt.of(server, handshakes, Doubt.HANDSHAKE_MICROS)
                : (serverEnd == null ? "" : serverEnd + "; ") + sum.failures() + " connections failed; the first: "
                        + firstFailure + ".";
        return new Result("handshake", settings(), measures.toList(), notes, failure);
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>(target.tls().settings());
        settings.put("handshake", plan.resumed() ? "resumed" : "full");
        settings.put("exchange", plan.exchange().toString());
        settings.put("concurrency", Integer.toString(plan.concurrency()));
        settings.put("warmupSeconds", Long.toString(plan.warmup().toSeconds()));
        settings.put("seconds", Long.toString(plan.duration().toSeconds()));
        return settings;
    }
}
