package dev.holdfast.server.operator;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.Hubs;
import dev.holdfast.insight.drill.Cohort;
import dev.holdfast.insight.drill.Drill;
import dev.holdfast.insight.drill.DrillDocument;
import dev.holdfast.insight.drill.DrillPlan;
import dev.holdfast.insight.drill.DrillState;
import dev.holdfast.insight.drill.Drills;
import dev.holdfast.insight.drill.KnownDevice;
import dev.holdfast.insight.drill.Member;
import dev.holdfast.insight.drill.Outcome;
import dev.holdfast.insight.drill.Selection;
import dev.holdfast.pki.CandidateChain;
import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.pki.ServerSlot;
import dev.holdfast.server.certificate.ServerCertificates;
import dev.holdfast.tls.policy.ServerKeyType;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code certificates/drill}: rehearses a change of root with some devices of a hub. */
public final class DrillResource {
    private static final Logger LOG = LoggerFactory.getLogger(DrillResource.class);
    private static final Set<String> MEMBERS = Set.of(
            "hub",
            "world",
            "keyType",
            "root",
            "devices",
            "percent",
            "addresses",
            "serverNames",
            "fingerprints",
            "refusedMax",
            "patienceSeconds");
    private static final Set<String> FILTERS = Set.of("after", "outcome");
    private static final int ALL = 100;
    private static final int PATIENCE_USUAL_SECONDS = 600;
    private static final int PATIENCE_MIN_SECONDS = 5;
    private static final int PATIENCE_MAX_SECONDS = 30 * 24 * 3600;

    private final Drills drills;
    private final ServerCertificates certificates;
    private final Hubs hubs;
    private final Supplier<Stream<KnownDevice>> known;
    private final Limits.Insight limits;

    /** @param known every device of every hub that connected before */
    public DrillResource(
            Drills drills,
            ServerCertificates certificates,
            Hubs hubs,
            Supplier<Stream<KnownDevice>> known,
            Limits.Insight limits) {
        this.drills = drills;
        this.certificates = certificates;
        this.hubs = hubs;
        this.known = known;
        this.limits = limits;
    }

    /** After a restart: makes a chain under the same root once more. What devices said of the root stays. */
    public void goOn() {
        if (!drills.lacksChain()) {
            return;
        }
        DrillPlan plan = drills.last().orElseThrow().plan();
        try {
            switch (certificates.candidate(plan.world(), Worlds.slot(plan.keyType()), plan.root())) {
                case CandidateChain.Made(var chain, var _) ->
                    drills.show(chain, known.get().toList());
                case CandidateChain.Refused(var why) ->
                    LOG.error("the drill that was under way can't go on: {}", why.explain());
            }
        } catch (IOException | BadRequest e) {
            LOG.error("the drill that was under way can't go on", e);
        }
    }

    /** @param path the segments behind {@code drill} */
    HttpResponse answer(HttpRequest request, List<String> path) throws BadRequest {
        if (path.isEmpty()) {
            return switch (request.method()) {
                case "GET" ->
                    drills.last().map(drill -> Answers.json(200, json(drill))).orElseGet(DrillResource::none);
                case "POST" -> begin(request.body());
                default -> Answers.methodNotAllowed("GET, POST");
            };
        }
        if (path.equals(List.of("devices"))) {
            return request.method().equals("GET") ? devices(request) : Answers.methodNotAllowed("GET");
        }
        if (path.size() > 1 || !Set.of("pause", "resume", "finish", "abort").contains(path.getFirst())) {
            return Answers.notFound();
        }
        return request.method().equals("POST") ? turn(path.getFirst()) : Answers.methodNotAllowed("POST");
    }

    private static HttpResponse none() {
        return Answers.error(404, "NoDrill", "There has been no drill in this installation.");
    }

    private HttpResponse turn(String what) {
        Drill drill = drills.last().orElse(null);
        if (drill == null) {
            return none();
        }
        String fault = switch (what) {
            case "pause" -> drill.pause();
            case "resume" -> drill.resume();
            case "finish" -> drill.finish();
            default -> drill.abort();
        };
        drills.store();
        return fault == null ? Answers.json(200, json(drill)) : Answers.error(409, "DrillNotSo", fault);
    }

    private HttpResponse begin(byte[] body) throws BadRequest {
        RequestBody read = RequestBody.read(body, MEMBERS);
        Optional<Hub> found = HubName.parse(read.text("hub")).flatMap(hubs::byName);
        if (found.isEmpty()) {
            return Answers.unknownHub();
        }
        String hub = found.get().name().value();
        String world =
                Worlds.oneOf(certificates, read.optionalText("world")).world().name();
        ServerSlot slot = Worlds.slot(read.text("keyType"));
        ServerKeyType keyType = ServerKeyType.valueOf(read.text("keyType").toUpperCase(Locale.ROOT));
        String root = read.optionalText("root");
        Cohort cohort = cohort(read);
        int patience = read.number("patienceSeconds", PATIENCE_USUAL_SECONDS);
        if (patience < PATIENCE_MIN_SECONDS || patience > PATIENCE_MAX_SECONDS) {
            throw new BadRequest("'patienceSeconds' is " + PATIENCE_MIN_SECONDS + " to " + PATIENCE_MAX_SECONDS + ".");
        }
        List<KnownDevice> all = known.get().toList();
        Selection selection = drills.select(hub, world, keyType, cohort, all);
        int chosen = selection.devices().size();
        if (chosen == 0) {
            return nobody(selection.leftOut());
        }
        int refusedMax = read.number("refusedMax", Math.max(1, chosen / ALL));
        if (refusedMax < 0) {
            throw new BadRequest("'refusedMax' is a number of devices, 0 or more.");
        }
        CandidateChain candidate = hubs.whileUnchanged(() -> candidate(world, slot, root));
        return switch (candidate) {
            case CandidateChain.Refused(var why) -> ServerRootsResource.refused(why);
            case CandidateChain.Made(var chain, var tried) -> {
                DrillPlan plan = new DrillPlan(
                        hub,
                        world,
                        read.text("keyType"),
                        tried.sha256(),
                        CertificateFacts.of(tried.certificate()).subject(),
                        cohort,
                        selection.leftOut(),
                        refusedMax,
                        Duration.ofSeconds(patience));
                Drill drill = drills.begin(plan, chain, selection.devices(), all);
                yield drill == null
                        ? Answers.error(409, "DrillUnderWay", "A drill is under way. Finish it or give it up first.")
                        : Answers.json(201, json(drill));
            }
        };
    }

    private static HttpResponse nobody(int leftOut) {
        String why = leftOut == 0
                ? "A device is known once it has connected; 'holdfast fleet list' shows those that are."
                : leftOut
                        + " would fit, and are not shown such a chain: their TLS takes a certificate of the other key type, or they asked for"
                        + " 'localhost', for no name from this machine, or for a name of another hub or trust world. 'holdfast fleet"
                        + " show ID' says both of a device.";
        return Answers.error(409, "EmptyCohort", "No device that has connected to the hub fits. " + why);
    }

    private CandidateChain candidate(String world, ServerSlot slot, @Nullable String root) {
        try {
            return certificates.candidate(world, slot, root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Cohort cohort(RequestBody read) throws BadRequest {
        try {
            return new Cohort(
                    read.texts("devices"),
                    read.number("percent", ALL),
                    read.texts("addresses"),
                    read.texts("serverNames"),
                    read.texts("fingerprints"));
        } catch (IllegalArgumentException e) {
            throw new BadRequest(String.valueOf(e.getMessage()));
        }
    }

    private HttpResponse devices(HttpRequest request) throws BadRequest {
        Drill drill = drills.last().orElse(null);
        if (drill == null) {
            return none();
        }
        QueryParameters asked = QueryParameters.read(request, FILTERS);
        String word = asked.text("outcome");
        String after = asked.text("after", "");
        Optional<Outcome> outcome = word == null ? Optional.empty() : Outcome.of(word);
        if (word != null && outcome.isEmpty()) {
            throw new BadRequest("'outcome' is none that there is.");
        }
        List<Member> page = drill.members().stream()
                .filter(member -> outcome.isEmpty() || member.outcome() == outcome.get())
                .filter(member -> member.device().compareTo(after) > 0)
                .limit(limits.pageMax() + 1L)
                .toList();
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("devices");
        page.stream().limit(limits.pageMax()).forEach(member -> list.add(DrillDocument.of(member)));
        if (page.size() > limits.pageMax()) {
            body.put("next", page.get(limits.pageMax() - 1).device());
        }
        return Answers.json(200, body);
    }

    private ObjectNode json(Drill drill) {
        ObjectNode json = DrillDocument.of(drill);
        json.put("waitsForChain", drill.state() == DrillState.RUNNING && drills.lacksChain());
        ObjectNode counts = json.putObject("counts");
        for (Outcome each : Outcome.values()) {
            counts.put(each.word(), drill.count(each));
        }
        long fleet = known.get()
                .filter(each -> each.hub().equals(drill.plan().hub()))
                .count();
        long accepted = drill.count(Outcome.ACCEPTED);
        json.put("fleet", fleet);
        json.put("provedPercent", fleet == 0 ? 0 : Math.floor(1000.0 * accepted / fleet) / 10);
        return json;
    }
}
