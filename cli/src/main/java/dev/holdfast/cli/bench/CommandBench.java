package dev.holdfast.cli.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A back end and many devices that are connected do something with each other, and what it cost is measured. One {@link #run} per object. */
public final class CommandBench {
    private static final long LOOK_EVERY_MILLIS = 20;

    private final Target target;
    private final BackEndLogin login;
    private final CommandPlan plan;
    private final Consumer<String> progress;
    private final List<CommandDevice> devices = new ArrayList<>();
    private @Nullable Arrivals arrivals;

    /** @param progress told in words what happens */
    public CommandBench(Target target, BackEndLogin login, CommandPlan plan, Consumer<String> progress) {
        this.target = target;
        this.login = login;
        this.plan = plan;
        this.progress = progress;
    }

    /** @param logins one for each connection */
    public Result run(List<Login> logins) throws BenchFailure, InterruptedException {
        Meter meter = new Meter(target);
        var _ = meter.read(); // fails now rather than after the warm-up
        try (BackEnd backEnd = new BackEnd(login);
                RegisteredFleet _ = RegisteredFleet.of(plan.registered() - plan.connections(), backEnd, progress);
                Clients clients = new Clients(plan.threads())) {
            logins.forEach(each -> devices.add(new CommandDevice(each, plan.kind(), this::came)));
            progress.accept("opening " + devices.size() + " connections");
            Opening.open(clients, target, target.tls().open(false), devices);
            if (plan.kind() == CommandKind.MESSAGE) {
                backEnd.openMessages(plan.callers());
            }
            return measure(meter, backEnd);
        } catch (BenchFailure failed) {
            throw failed;
        } catch (IOException failed) {
            throw new BenchFailure("the hub can't be prepared: " + failed.getMessage(), failed);
        }
    }

    private void came(long number) {
        Arrivals now = arrivals;
        if (now != null) {
            now.came(number);
        }
    }

    private Result measure(Meter meter, BackEnd backEnd) throws BenchFailure, InterruptedException {
        long now = System.nanoTime();
        long start = now + plan.warmup().toNanos();
        Window window = new Window(now, start, start + plan.duration().toNanos());
        Arrivals expected = new Arrivals(window);
        arrivals = expected;
        Calls calls = new Calls(plan, window, (number, due) -> call(backEnd, expected, number, due));
        calls.start();
        try {
            progress.accept("warming up for " + plan.warmup().toSeconds() + " s");
            Meter.sleepUntil(window.start());
            Meter.Reading before = meter.read();
            progress.accept("measuring for " + plan.duration().toSeconds() + " s");
            Meter.sleepUntil(window.end());
            Meter.Reading after = meter.read();
            calls.await(plan.drain());
            drain(expected, meter);
            return result(calls, expected, before, after, meter.serverEnd());
        } finally {
            calls.stop();
        }
    }

    private void call(BackEnd backEnd, Arrivals expected, long number, long due)
            throws IOException, InterruptedException {
        CommandDevice device = devices.get((int) (number % devices.size()));
        byte[] body = CommandBody.of(plan.kind(), number, plan.size());
        if (plan.kind().isDelivered()) {
            expected.sent(number, due);
        }
        try {
            switch (plan.kind()) {
                case METHOD -> backEnd.ask("POST", "/twins/" + device.id() + "/methods", body);
                case DESIRED -> backEnd.ask("PATCH", "/twins/" + device.id(), body);
                case REPORTED -> Opening.await(device.report(number, body), "a report of " + device.id());
                case MESSAGE -> backEnd.send(device.id(), body);
            }
        } catch (IOException notTaken) {
            expected.notSent(number);
            throw notTaken;
        }
    }

    /** Waits for what is under way, for as long as anything comes. */
    private void drain(Arrivals expected, Meter meter) throws InterruptedException {
        long last = System.nanoTime();
        long seen = expected.count();
        while (expected.missing() > 0
                && !meter.hasServerEnded()
                && System.nanoTime() - last < plan.drain().toNanos()) {
            Thread.sleep(LOOK_EVERY_MILLIS);
            if (expected.count() != seen) {
                seen = expected.count();
                last = System.nanoTime();
            }
        }
    }

    private Result result(
            Calls calls, Arrivals expected, Meter.Reading before, Meter.Reading after, @Nullable String serverEnd) {
        List<String> lost = devices.stream()
                .map(CommandDevice::lost)
                .filter(Objects::nonNull)
                .toList();
        double seconds = plan.duration().toNanos() / 1e9;
        Measures measures = new Measures()
                .add("answeredPerSecond", "answered per second", calls.answered() / seconds, "/s")
                .addLatency("answered", "answered after", calls.latency());
        if (plan.kind().isDelivered()) {
            measures.addLatency("delivered", "delivered after", expected.latency());
        }
        measures.addProcessors(after.serverSince(before), after.clientSince(before), calls.answered(), "Command");
        if (plan.kind().isDelivered()) {
            measures.addCount("missing", "answered and never delivered", expected.missing())
                    .addCount("strange", "delivered twice or never sent", expected.strange());
        }
        measures.addCount("failed", "refused or not answered", calls.failed())
                .addCount("lostConnections", "connections lost", lost.size());
        List<String> notes = new ArrayList<>();
        double reached = 100 * calls.answered() / seconds / plan.rate();
        if (plan.isOpenLoop() && reached < 99) {
            notes.add("only " + Figures.format(reached) + " % of the rate was reached");
        }
        Limiting limiting = Limiting.judge(after.clientSince(before), after.serverSince(before));
        if (!plan.isOpenLoop() || calls.answered() / seconds < 0.99 * plan.rate()) {
            notes.add(limiting.sentence());
        }
        notes.addAll(Limiting.waits(after.clientSince(before), after.serverSince(before)));
        if (target.pid() == null) {
            notes.add("server CPU is not known: give the server's process with --server-pid");
        }
        String failure = failure(calls, expected, lost, serverEnd);
        if (failure == null) {
            failure = Doubt.of(after.serverSince(before), calls.answered(), Doubt.MESSAGE_MICROS);
        }
        return new Result("command", settings(), measures.toList(), notes, failure);
    }

    private @Nullable String failure(Calls calls, Arrivals expected, List<String> lost, @Nullable String serverEnd) {
        if (serverEnd != null) {
            return serverEnd + ".";
        }
        if (!lost.isEmpty()) {
            return lost.size() + " connections were lost; the first: " + lost.getFirst() + ".";
        }
        Exception first = calls.failure();
        if (first != null) {
            return calls.failed() + " commands failed; the first: " + first.getMessage() + ".";
        }
        if (calls.left() > 0) {
            return calls.left() + " commands that were due were not answered "
                    + plan.drain().toSeconds() + " s after the end; the rate is more than the server, or --callers "
                    + plan.callers() + ", can do.";
        }
        if (expected.missing() > 0 || expected.strange() > 0) {
            return expected.missing() + " commands that the hub took were not delivered, and none came for "
                    + plan.drain().toSeconds() + " s; " + expected.strange() + " came twice or were never sent.";
        }
        return calls.answered() == 0 ? "nothing was answered while measured." : null;
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>(target.tls().settings());
        settings.put("kind", plan.kind().toString());
        settings.put("registered", Integer.toString(Math.max(plan.registered(), plan.connections())));
        settings.put("connections", Integer.toString(plan.connections()));
        settings.put("callers", Integer.toString(plan.callers()));
        settings.put("size", Integer.toString(plan.size()));
        settings.put("rate", plan.isOpenLoop() ? Double.toString(plan.rate()) : "as fast as it goes");
        settings.put("warmupSeconds", Long.toString(plan.warmup().toSeconds()));
        settings.put("seconds", Long.toString(plan.duration().toSeconds()));
        return settings;
    }
}
