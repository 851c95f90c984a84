package dev.holdfast.cli.bench;

import dev.holdfast.cli.bench.ProcessUse.Used;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns what a publish bench counted into figures. */
final class PublishResult {
    private final Target target;
    private final PublishPlan plan;
    private final ReaderPlan reader;
    private final PublishBench.Measured measured;

    PublishResult(Target target, PublishPlan plan, ReaderPlan reader, PublishBench.Measured measured) {
        this.target = target;
        this.plan = plan;
        this.reader = reader;
        this.measured = measured;
    }

    Result of(List<Publisher.Outcome> outcomes, LatencyHistogram latency, Deliveries deliveries, Received received) {
        long inWindow = outcomes.stream()
                .mapToLong(Publisher.Outcome::acknowledgedInWindow)
                .sum();
        List<String> lost = outcomes.stream()
                .map(Publisher.Outcome::lost)
                .filter(Objects::nonNull)
                .toList();
        int unacknowledged =
                outcomes.stream().mapToInt(Publisher.Outcome::unacknowledged).sum();
        int strange = outcomes.stream().mapToInt(Publisher.Outcome::strangeAcks).sum();
        Used client = measured.after().clientSince(measured.before());
        Used server = measured.after().serverSince(measured.before());
        Measures measures = new Measures()
                .add("acknowledgedPerSecond", "acknowledged per second", inWindow / seconds(), "msg/s")
                .addLatency("acknowledged", "acknowledged after", latency);
        if (!(reader instanceof ReaderPlan.None)) {
            measures.add("deliveredPerSecond", "delivered per second", received.inWindow() / seconds(), "msg/s")
                    .add(
                            "deliveredPercent",
                            "sent and delivered while measured",
                            percent(received.sentInWindow(), inWindow),
                            "%")
                    .addLatency("delivered", "delivered after", received.latency());
        }
        measures.addProcessors(server, client, inWindow, "Message")
                .addCount("acknowledged", "acknowledged in all", deliveries.acknowledgedCount());
        if (!(reader instanceof ReaderPlan.None)) {
            measures.addCount("missing", "acknowledged and never delivered", deliveries.missing())
                    .addCount("duplicates", "delivered twice", deliveries.duplicates());
        }
        measures.addCount("unacknowledged", "never acknowledged", unacknowledged)
                .addCount("lostConnections", "connections lost", lost.size())
                .addCount("strangeAcknowledgements", "acknowledged without being sent", strange);
        String failure = failure(lost, unacknowledged, strange, deliveries);
        if (failure == null) {
            failure = Doubt.of(server, inWindow, Doubt.MESSAGE_MICROS);
        }
        return new Result("publish", settings(), measures.toList(), notes(client, server, inWindow), failure);
    }

    private @Nullable String failure(List<String> lost, int unacknowledged, int strange, Deliveries deliveries) {
        if (!lost.isEmpty()) {
            String end = measured.serverEnd();
            return (end == null ? "" : end + "; ") + lost.size() + " connections were lost; the first: "
                    + lost.getFirst() + ".";
        }
        if (unacknowledged > 0 || strange > 0) {
            return unacknowledged + " messages were not acknowledged within "
                    + plan.drain().toSeconds() + " s, and " + strange + " acknowledgements were for no message.";
        }
        boolean mayLose =
                reader instanceof ReaderPlan.None || (reader instanceof ReaderPlan.Mqtt mqtt && mqtt.qos() == 0);
        if (!mayLose && deliveries.missing() > 0) {
            String why = measured.interruption();
            return deliveries.missing() + " acknowledged messages were not delivered, and none came for "
                    + plan.drain().toSeconds() + " s"
                    + (why == null ? "" : "; the reader was interrupted (" + why + ")")
                    + ". If the server may stand still for longer, give more time with --drain.";
        }
        return null;
    }

    private List<String> notes(Used client, @Nullable Used server, long inWindow) {
        List<String> notes = new ArrayList<>();
        Limiting limiting = Limiting.judge(client, server);
        if (!plan.isOpenLoop() || inWindow / seconds() < 0.99 * plan.rate()) {
            notes.add(limiting.sentence());
        }
        notes.addAll(Limiting.waits(client, server));
        if (server == null && target.pid() == null) {
            notes.add("server CPU is not known: give the server's process with --server-pid");
        }
        String interruption = measured.interruption();
        if (interruption != null) {
            notes.add("the reader was interrupted: " + interruption);
        }
        return notes;
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>(target.tls().settings());
        settings.put("connections", Integer.toString(plan.connections()));
        settings.put("window", Integer.toString(plan.window()));
        settings.put("size", Integer.toString(plan.size()));
        settings.put("rate", plan.isOpenLoop() ? Double.toString(plan.rate()) : "as fast as it goes");
        settings.put(
                "reader",
                switch (reader) {
                    case ReaderPlan.None() -> "none";
                    case ReaderPlan.Mqtt mqtt -> "mqtt QoS " + mqtt.qos();
                    case ReaderPlan.Amqp _ -> "amqp";
                });
        settings.put("backlog", plan.backlog() == 0 ? "any" : Integer.toString(plan.backlog()));
        settings.put("warmupSeconds", Long.toString(plan.warmup().toSeconds()));
        settings.put("seconds", Long.toString(plan.duration().toSeconds()));
        return settings;
    }

    private double seconds() {
        return plan.duration().toNanos() / 1e9;
    }

    private static double percent(long part, long whole) {
        return whole == 0 ? 0 : 100.0 * part / whole;
    }
}
