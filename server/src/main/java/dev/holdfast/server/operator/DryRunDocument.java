package dev.holdfast.server.operator;

import dev.holdfast.base.Commands;
import dev.holdfast.hub.Hub;
import dev.holdfast.insight.dryrun.DryRun;
import dev.holdfast.insight.dryrun.Loss;
import dev.holdfast.insight.fleet.FleetDevice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a dry run found, as it is shown: counts, why devices would be refused, each reason once, and a page of devices. */
final class DryRunDocument {
    /** In the order in which they are listed. */
    private enum Outcome {
        FAILS("fails"),
        NOT_KNOWN("notKnown"),
        NEVER_SEEN("neverSeen");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }
    }

    /** @param device what is known of it; null when it was never seen */
    private record Line(
            Outcome outcome,
            String hub,
            String id,
            @Nullable FleetDevice device,
            DryRun.@Nullable Failing failing) {
        static final Comparator<Line> ORDER =
                Comparator.comparing(Line::outcome).thenComparing(Line::hub).thenComparing(Line::id);

        String place() {
            return outcome.word + "/" + hub + "/" + id;
        }

        /** Where a page ended; from what {@link #place} wrote. */
        static Line at(String place) throws BadRequest {
            String[] parts = place.split("/", 3);
            Outcome outcome = Stream.of(Outcome.values())
                    .filter(each -> each.word.equals(parts[0]))
                    .findFirst()
                    .orElse(null);
            if (parts.length < 3 || outcome == null) {
                throw new BadRequest("'after' is what the page before this one gave as 'next'.");
            }
            return new Line(outcome, parts[1], parts[2], null, null);
        }
    }

    private final DryRun run;
    private final Commands commands;
    private final Instant now;
    private final List<Line> lines = new ArrayList<>();
    private final int neverSeen;

    /**
     * @param changed the hubs whose policy it is about
     * @param neverSeenOf devices of a hub that are registered and were never let in
     */
    DryRunDocument(DryRun run, List<Hub> changed, Function<Hub, List<String>> neverSeenOf, Instant now) {
        this.run = run;
        this.commands = changed.size() == 1 ? new Commands(changed.getFirst().name()) : Commands.OF_NO_HUB;
        this.now = now;
        run.failing()
                .forEach(each -> lines.add(new Line(
                        Outcome.FAILS, each.device().hub(), each.device().device(), each.device(), each)));
        run.notKnown().forEach(each -> lines.add(new Line(Outcome.NOT_KNOWN, each.hub(), each.device(), each, null)));
        int known = lines.size();
        changed.forEach(hub -> neverSeenOf
                .apply(hub)
                .forEach(id -> lines.add(new Line(Outcome.NEVER_SEEN, hub.name().value(), id, null, null))));
        neverSeen = lines.size() - known;
    }

    /**
     * @param after where the page before ended; empty for the first
     * @param max how many devices it names
     */
    ObjectNode page(String after, int max) throws BadRequest {
        Line start = after.isEmpty() ? null : Line.at(after);
        List<Line> page = lines.stream()
                .filter(line -> start == null || Line.ORDER.compare(line, start) > 0)
                .limit(max + 1L)
                .toList();
        Map<Loss, Integer> numbers = new LinkedHashMap<>();
        Map<Loss, Integer> counts = new LinkedHashMap<>();
        Map<String, Integer> reasons = new TreeMap<>();
        for (DryRun.Failing each : run.failing()) {
            numbers.putIfAbsent(each.loss(), numbers.size());
            counts.merge(each.loss(), 1, Integer::sum);
            if (!each.failsNow()) {
                reasons.merge(each.loss().reason(), 1, Integer::sum);
            }
        }
        ObjectNode json = Answers.object()
                .put("judged", run.devices())
                .put("failing", run.failing().size())
                .put("lost", run.lost().size())
                .put("notKnown", run.notKnown().size())
                .put("neverSeen", neverSeen);
        ObjectNode lostBy = json.putObject("lostByReason");
        reasons.forEach(lostBy::put);
        ArrayNode losses = json.putArray("losses");
        counts.forEach((loss, count) -> losses.addObject()
                .put("reason", loss.reason())
                .put("devices", count)
                .put("explanation", loss.explain(now, commands)));
        ArrayNode devices = json.putArray("devices");
        page.stream().limit(max).forEach(line -> devices.add(json(line, numbers)));
        if (page.size() > max) {
            json.put("next", page.get(max - 1).place());
        }
        return json;
    }

    private static ObjectNode json(Line line, Map<Loss, Integer> numbers) {
        ObjectNode json =
                Answers.object().put("hub", line.hub).put("device", line.id).put("outcome", line.outcome.word);
        DryRun.Failing failing = line.failing;
        if (failing != null) {
            json.put("reason", failing.loss().reason())
                    .put("loss", numbers.get(failing.loss()))
                    .put("failsNow", failing.failsNow());
        }
        FleetDevice device = line.device;
        if (device != null) {
            json.put("lastSeen", device.lastSeen().toString())
                    .put("address", device.address())
                    .put("client", device.client());
        }
        return json;
    }
}
