package dev.holdfast.server.operator;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.insight.drill.DrillDocument;
import dev.holdfast.insight.drill.Drills;
import dev.holdfast.insight.dryrun.DryRun;
import dev.holdfast.insight.fleet.ClientNeed;
import dev.holdfast.insight.fleet.ClientOffer;
import dev.holdfast.insight.fleet.Fleet;
import dev.holdfast.insight.fleet.FleetDevice;
import dev.holdfast.insight.fleet.FleetPage;
import dev.holdfast.insight.fleet.FleetQuery;
import dev.holdfast.insight.journal.Journal;
import dev.holdfast.insight.journal.JournalQuery;
import dev.holdfast.server.policy.PolicyStore;
import dev.holdfast.server.policy.Rehearsal;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hubs/HUB/fleet}: what is known of the devices that were let in, and what a policy would do to them. */
public final class FleetResource {
    private static final int USUAL = 100;
    private static final Set<String> FILTERS = Set.of("device", "client", "offers", "needs", "notSeenSince");

    private final Fleet fleet;
    private final Journal journal;
    private final Drills drills;
    private final PolicyStore policies;
    private final Rehearsal rehearsal;
    private final Limits.Insight limits;
    private final InstantSource clock;

    public FleetResource(
            Fleet fleet,
            Journal journal,
            Drills drills,
            PolicyStore policies,
            Rehearsal rehearsal,
            Limits.Insight limits,
            InstantSource clock) {
        this.fleet = fleet;
        this.journal = journal;
        this.drills = drills;
        this.policies = policies;
        this.rehearsal = rehearsal;
        this.limits = limits;
        this.clock = clock;
    }

    /** @param path the segments behind {@code fleet} */
    HttpResponse answer(HttpRequest request, Hub hub, List<String> path) throws BadRequest {
        if (path.size() > 1 && path.size() <= 3 && path.getFirst().equals("devices")) {
            return one(request, hub.name().value(), String.join("/", path.subList(1, path.size())));
        }
        if (path.size() != 1) {
            return Answers.notFound();
        }
        if (!request.method().equals("GET")) {
            return Answers.methodNotAllowed("GET");
        }
        return switch (path.getFirst()) {
            case "devices" -> list(request, hub);
            case "summary" -> summary(request, hub);
            case "dry-run" -> dryRun(request, hub);
            default -> Answers.notFound();
        };
    }

    private HttpResponse list(HttpRequest request, Hub hub) throws BadRequest {
        QueryParameters asked = QueryParameters.read(request, FILTERS, "top", "after", "hello");
        boolean whole = asked.flag("hello");
        FleetPage page = fleet.find(query(asked, hub), asked.text("after", ""), top(asked));
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("devices");
        page.devices().forEach(device -> list.add(document(device, whole)));
        if (page.next() != null) {
            body.put("next", page.next());
        }
        return Answers.json(200, body);
    }

    private HttpResponse summary(HttpRequest request, Hub hub) throws BadRequest {
        QueryParameters asked = QueryParameters.read(request, FILTERS);
        return Answers.json(200, FleetDocument.of(fleet.summary(query(asked, hub))));
    }

    private HttpResponse one(HttpRequest request, String hub, String id) {
        return switch (request.method()) {
            case "GET" -> {
                Optional<FleetDevice> device = fleet.get(hub, id);
                yield device.map(known -> Answers.json(200, document(known, true)))
                        .orElseGet(FleetResource::unknown);
            }
            case "DELETE" -> {
                boolean known = fleet.forget(hub, id);
                boolean drilled = drills.forget(hub, id);
                journal.flush();
                int reports = journal.delete(new JournalQuery(hub, id, null, null, null, null, null));
                yield known || drilled || reports > 0
                        ? Answers.json(
                                200,
                                Answers.object()
                                        .put("known", known)
                                        .put("drill", drilled)
                                        .put("reports", reports))
                        : unknown();
            }
            default -> Answers.methodNotAllowed("GET, DELETE");
        };
    }

    /** @param whole with its hello and what the last drill says of it: all that is kept of it but its reports */
    private ObjectNode document(FleetDevice device, boolean whole) {
        ObjectNode json = FleetDocument.of(device, fleet.shapeOf(device), whole);
        if (whole) {
            drills.member(device.hub(), device.device())
                    .ifPresent(member -> json.set("drill", DrillDocument.of(member)));
        }
        return json;
    }

    private static HttpResponse unknown() {
        return Answers.error(
                404,
                "DeviceNotSeen",
                "Nothing is known of a device of this id: it was not let in so far, not for long, or was forgotten.");
    }

    private HttpResponse dryRun(HttpRequest request, Hub hub) throws BadRequest {
        QueryParameters asked = QueryParameters.read(request, Set.of("policy"), "top", "after");
        String name = asked.text("policy");
        if (name == null) {
            throw new BadRequest("Say which policy to try, as policy=NAME.");
        }
        Optional<TlsPolicy> policy = policies.find(name);
        if (policy.isEmpty()) {
            return Answers.error(400, "UnknownTlsPolicy", "There is no TLS policy '" + name + "'.");
        }
        DryRun run = rehearsal.ifHubHad(hub.name(), policy.get());
        ObjectNode body = Answers.object().put("hub", hub.name().value()).put("policy", name);
        body.setAll(new DryRunDocument(run, List.of(hub), rehearsal::neverSeen, clock.instant())
                .page(asked.text("after", ""), top(asked)));
        return Answers.json(200, body);
    }

    private static FleetQuery query(QueryParameters asked, Hub hub) throws BadRequest {
        return new FleetQuery(
                hub.name().value(),
                asked.text("device"),
                asked.text("client"),
                word(
                        asked.text("offers"),
                        ClientOffer::of,
                        "'offers' is one of "
                                + String.join(
                                        ", ",
                                        Stream.of(ClientOffer.values())
                                                .map(ClientOffer::word)
                                                .toList())
                                + "."),
                word(
                        asked.text("needs"),
                        ClientNeed::of,
                        "'needs' is one of "
                                + String.join(
                                        ", ",
                                        Stream.of(ClientNeed.values())
                                                .map(ClientNeed::word)
                                                .toList())
                                + "."),
                asked.time("notSeenSince"));
    }

    private static <T> @Nullable T word(@Nullable String text, Function<String, Optional<T>> read, String otherwise)
            throws BadRequest {
        return text == null ? null : read.apply(text).orElseThrow(() -> new BadRequest(otherwise));
    }

    private int top(QueryParameters asked) throws BadRequest {
        return asked.top("devices", USUAL, limits.pageMax());
    }
}
