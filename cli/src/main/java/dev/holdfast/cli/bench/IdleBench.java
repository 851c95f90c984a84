package dev.holdfast.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Connections that are held and do nothing, and the memory that the server needs for them. */
public final class IdleBench {
    private static final int WARMING_AT_ONCE = 8;
    private static final String NOTE =
            "resident memory before and after; that of a server in Java depends on when it last collected garbage";

    private final Target target;
    private final IdlePlan plan;
    private final Consumer<String> progress;

    /**
     * @param target with the server's process
     * @param progress told in words what happens
     */
    public IdleBench(Target target, IdlePlan plan, Consumer<String> progress) {
        this.target = target;
        this.plan = plan;
        this.progress = progress;
    }

    /** @param logins one for each connection */
    public Result run(List<Login> logins) throws BenchFailure, InterruptedException {
        Long pid = target.pid();
        if (pid == null) {
            throw new BenchFailure("the server's memory is read from its process: give it with --server-pid");
        }
        warmUp(logins);
        long before = resident(pid);
        List<IdleConnection> connections =
                logins.stream().map(IdleConnection::new).toList();
        try (Clients clients = new Clients(plan.threads())) {
            progress.accept("opening " + connections.size() + " connections");
            long began = System.nanoTime();
            Opening.open(clients, target, target.tls().open(false), connections);
            double openingSeconds = (System.nanoTime() - began) / 1e9;
            progress.accept("holding them for " + plan.hold().toSeconds() + " s");
            Thread.sleep(plan.hold());
            long after = resident(pid);
            List<String> lost = connections.stream()
                    .map(IdleConnection::lost)
                    .filter(Objects::nonNull)
                    .toList();
            String failure = lost.isEmpty()
                    ? null
                    : lost.size() + " connections did not stay; the first: " + lost.getFirst() + ".";
            return new Result("idle", settings(), measures(before, after, openingSeconds), List.of(NOTE), failure);
        }
    }

    private void warmUp(List<Login> logins) throws BenchFailure, InterruptedException {
        if (plan.warmup().isZero()) {
            return;
        }
        int places = Math.min(WARMING_AT_ONCE, logins.size());
        HandshakePlan handshakes =
                new HandshakePlan(places, false, Exchange.MQTT, Duration.ZERO, plan.warmup(), plan.threads());
        Result result = new HandshakeBench(target, handshakes, _ -> {}).run(logins.subList(0, places));
        String failure = result.failure();
        if (failure != null) {
            throw new BenchFailure("the warm-up failed: " + failure.substring(0, failure.length() - 1));
        }
    }

    private long resident(long pid) throws BenchFailure, InterruptedException {
        if (plan.collect()) {
            GarbageCollection.ask(pid);
        }
        try {
            return ProcessUse.of(pid).residentBytes();
        } catch (IOException e) {
            throw new BenchFailure(
                    Files.exists(Path.of("/proc", Long.toString(pid)))
                            ? "the memory of the server's process " + pid + " can't be read"
                            : "the server's process " + pid + " ended during the run",
                    e);
        }
    }

    private List<Measure> measures(long before, long after, double openingSeconds) {
        int connections = plan.connections();
        return new Measures()
                .add(
                        "residentBytesPerConnection",
                        "memory per connection",
                        (double) (after - before) / connections,
                        "B")
                .add("residentBytesBefore", "memory without them", (double) before, "B")
                .add("residentBytesAfter", "memory with them", (double) after, "B")
                .add("openedPerSecond", "opened per second", connections / openingSeconds, "/s")
                .toList();
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>(target.tls().settings());
        settings.put("connections", Integer.toString(plan.connections()));
        settings.put("warmupSeconds", Long.toString(plan.warmup().toSeconds()));
        settings.put("holdSeconds", Long.toString(plan.hold().toSeconds()));
        return settings;
    }
}
