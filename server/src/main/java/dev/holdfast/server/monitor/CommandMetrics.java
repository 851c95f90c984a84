package dev.holdfast.server.monitor;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.command.MessageCounts;
import dev.holdfast.hub.command.MethodCounts;
import dev.holdfast.hub.twin.Twins;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** What each hub says to its devices: twins, direct methods, cloud-to-device messages. The hubs are the only names in it. */
public record CommandMetrics(HubDirectory hubs) implements Exposition.Collector {
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public List<MetricSnapshot> collect() {
        Family.Counter reads = Family.counter("holdfast_twin_reads", "Twins read by services, devices and modules");
        Family.Counter changes =
                Family.counter("holdfast_twin_changes", "Twins changed, by services or by devices and modules");
        Family.Counter twinRefused = Family.counter("holdfast_twin_refused", "Twin requests refused");
        Family.Gauge open = Family.gauge("holdfast_methods_open", "Direct methods that wait for their answer now");
        Family.Distribution answered = Family.histogram(
                "holdfast_method_answered_seconds",
                "Time from the call of a direct method until its answer",
                NANOS_PER_SECOND);
        Family.Counter unanswered = Family.counter("holdfast_methods_refused", "Direct methods without an answer");
        Family.Gauge waiting =
                Family.gauge("holdfast_messages_waiting", "Cloud-to-device messages that wait for their devices now");
        Family.Counter queued = Family.counter("holdfast_messages_queued", "Cloud-to-device messages taken");
        Family.Counter ended =
                Family.counter("holdfast_messages_ended", "Cloud-to-device messages by what became of them");
        Family.Gauge feedback =
                Family.gauge("holdfast_feedback_waiting", "Feedback records that wait for a receiver now");
        for (Hub hub : hubs.all()) {
            String name = hub.name().value();
            Twins.Counts twins = hub.twins().counts();
            reads.add(twins.reads(), "hub", name);
            changes.add(twins.writes(), "hub", name, "by", "service");
            changes.add(twins.reports(), "hub", name, "by", "device");
            twins.refused().forEach((reason, count) -> twinRefused.add(count, "hub", name, "reason", reason));
            MethodCounts methods = hub.methods().counts();
            open.set(methods.open(), "hub", name);
            answered.add(methods.answeredNanos(), "hub", name);
            methods.refused().forEach((reason, count) -> unanswered.add(count, "hub", name, "reason", reason));
            MessageCounts messages = hub.messages().counts();
            waiting.set(messages.waiting(), "hub", name);
            queued.add(messages.queued(), "hub", name);
            messages.ended().forEach((fate, count) -> ended.add(count, "hub", name, "fate", fate.text()));
            feedback.set(messages.feedback(), "hub", name);
        }
        return Family.snapshots(
                reads, changes, twinRefused, open, answered, unanswered, waiting, queued, ended, feedback);
    }
}
