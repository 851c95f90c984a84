package dev.holdfast.server.operator;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubChange;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.HubTls;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.NewHub;
import dev.holdfast.hub.telemetry.EventSource;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code hubs}: the hubs, their consumer groups and connection strings; what is below
 * {@code devices} is {@link DevicesResource}'s, below {@code access-policies} {@link PoliciesResource}'s, below
 * {@code certificate-authorities} {@link AuthoritiesResource}'s, below {@code denied-certificates}
 * {@link DeniedCertificatesResource}'s.
 */
public final class HubsResource {
    private static final String EVENTS = "events";
    private static final Set<String> NEW_HUB =
            Set.of("name", "partitions", "retentionDays", "minTlsVersion", "eccCertificates", "policy", EVENTS);

    private final Hubs hubs;
    private final ConnectionStrings connectionStrings;
    private final DevicesResource devices;
    private final PoliciesResource policies;
    private final AuthoritiesResource authorities;
    private final DeniedCertificatesResource denied;
    private final RevocationListsResource revocationLists;
    private final TlsPoliciesResource tlsPolicies;
    private final FleetResource fleet;
    private final ThrottlesResource throttles;
    private final FaultRulesResource faults = new FaultRulesResource(InstantSource.system());
    private final Consumer<String> deleted;
    private final Runnable changed;

    /**
     * @param deleted called with the name of a hub that was deleted, to forget what was learned of its devices
     * @param changed called when a hub or the keys of its policies may have changed, before the answer goes out
     */
    public HubsResource(
            Hubs hubs,
            ConnectionStrings connectionStrings,
            DevicesResource devices,
            PoliciesResource policies,
            AuthoritiesResource authorities,
            DeniedCertificatesResource denied,
            RevocationListsResource revocationLists,
            TlsPoliciesResource tlsPolicies,
            FleetResource fleet,
            Consumer<String> deleted,
            Runnable changed) {
        this.hubs = hubs;
        this.connectionStrings = connectionStrings;
        this.devices = devices;
        this.policies = policies;
        this.authorities = authorities;
        this.denied = denied;
        this.revocationLists = revocationLists;
        this.tlsPolicies = tlsPolicies;
        this.fleet = fleet;
        this.throttles = new ThrottlesResource(hubs);
        this.deleted = deleted;
        this.changed = changed;
    }

    /** @param path the segments behind {@code hubs} */
    HttpResponse answer(HttpRequest request, List<String> path) throws BadRequest {
        if (path.isEmpty()) {
            return answerHubs(request);
        }
        HubName name = HubName.parse(path.getFirst()).orElse(null);
        Hub hub = name == null ? null : hubs.byName(name).orElse(null);
        if (hub == null) {
            return Answers.unknownHub();
        }
        List<String> rest = path.subList(1, path.size());
        return switch (rest.isEmpty() ? "" : rest.getFirst()) {
            case "" -> answerHub(request, hub);
            case "connection-strings" -> rest.size() == 1 ? answerStrings(request, hub) : Answers.notFound();
            case "access-policies" -> told(policies.answer(request, hub, rest.subList(1, rest.size())));
            case "certificate-authorities" -> authorities.answer(request, hub, rest.subList(1, rest.size()));
            case "denied-certificates" -> denied.answer(request, hub, rest.subList(1, rest.size()));
            case RevocationListsResource.NAME -> revocationLists.answer(request, hub, rest.subList(1, rest.size()));
            case "policy" -> tlsPolicies.answerHub(request, hub, rest.subList(1, rest.size()));
            case "fleet" -> fleet.answer(request, hub, rest.subList(1, rest.size()));
            case "consumer-groups" -> answerGroups(request, hub, rest.subList(1, rest.size()));
            case EVENTS -> rest.size() == 1 ? answerEvents(request, hub) : Answers.notFound();
            case FaultRulesResource.NAME -> faults.answer(request, hub, rest.subList(1, rest.size()));
            case ThrottlesResource.NAME -> rest.size() == 1 ? throttles.answer(request, hub) : Answers.notFound();
            case "devices" -> devices.answer(request, hub, rest.subList(1, rest.size()));
            default -> Answers.notFound();
        };
    }

    /** @param path the segments behind {@code hubs} */
    int bodyMaxBytes(List<String> path, int usual) {
        return path.size() == 3 && path.get(1).equals(RevocationListsResource.NAME)
                ? Math.max(usual, revocationLists.bodyMaxBytes())
                : usual;
    }

    private HttpResponse told(HttpResponse answer) {
        changed.run();
        return answer;
    }

    private HttpResponse answerHubs(HttpRequest request) throws BadRequest {
        return switch (request.method()) {
            case "GET" -> {
                ObjectNode body = Answers.object();
                ArrayNode list = body.putArray("hubs");
                hubs.all().forEach(hub -> list.add(json(hub.settings().get())));
                yield Answers.json(200, body);
            }
            case "POST" -> create(request);
            default -> Answers.methodNotAllowed("GET, POST");
        };
    }

    private HttpResponse create(HttpRequest request) throws BadRequest {
        RequestBody body = RequestBody.read(request.body(), NEW_HUB);
        HubName name = HubName.parse(body.text("name"))
                .orElseThrow(() -> new BadRequest(
                        "A hub's name has 3 to 50 letters, digits and hyphens, no hyphen at either end."));
        NewHub wanted = new NewHub(
                name,
                body.number("partitions", NewHub.DEFAULT_PARTITIONS),
                body.number("retentionDays", NewHub.DEFAULT_RETENTION_DAYS),
                tls(body),
                events(body));
        return switch (hubs.create(wanted)) {
            case HubChange.Done(var hub, var _) -> {
                changed.run();
                HubSettings settings = hub.settings().get();
                ObjectNode answer = json(settings);
                addStrings(answer, settings);
                yield Answers.json(201, answer);
            }
            case HubChange.Refused(var why) -> HubRefusals.answer(name, why);
        };
    }

    private static Set<EventSource> events(RequestBody body) throws BadRequest {
        Set<EventSource> events = EnumSet.noneOf(EventSource.class);
        for (String word : body.texts(EVENTS)) {
            events.add(EventSource.of(word)
                    .orElseThrow(() -> new BadRequest("'" + EVENTS + "' is a list of some of "
                            + Arrays.stream(EventSource.values())
                                    .map(EventSource::word)
                                    .collect(Collectors.joining(", "))
                            + ".")));
        }
        return events;
    }

    private HttpResponse answerEvents(HttpRequest request, Hub hub) throws BadRequest {
        return switch (request.method()) {
            case "GET" -> {
                ObjectNode body = Answers.object();
                addEvents(body, hub.settings().get());
                yield Answers.json(200, body);
            }
            case "PUT" -> {
                RequestBody body = RequestBody.read(request.body(), Set.of(EVENTS));
                if (!body.has(EVENTS)) {
                    throw new BadRequest("The body has no '" + EVENTS + "'.");
                }
                yield HubRefusals.noContent(hub.name(), hubs.changeEvents(hub.name(), events(body)));
            }
            default -> Answers.methodNotAllowed("GET, PUT");
        };
    }

    private static void addEvents(ObjectNode json, HubSettings hub) {
        ArrayNode events = json.putArray(EVENTS);
        hub.events().stream().sorted().map(EventSource::word).forEach(events::add);
    }

    private static HubTls tls(RequestBody body) throws BadRequest {
        String lowest = body.optionalText("minTlsVersion");
        if (lowest != null && !lowest.equals(HubTls.MIN_TLS_VERSION)) {
            throw new BadRequest("'minTlsVersion' is " + HubTls.MIN_TLS_VERSION + ", or is left out.");
        }
        return new HubTls(lowest != null, body.flag("eccCertificates", true), body.optionalText("policy"), null);
    }

    private HttpResponse answerHub(HttpRequest request, Hub hub) {
        return switch (request.method()) {
            case "GET" -> Answers.json(200, json(hub.settings().get()));
            case "DELETE" -> {
                HubChange deletion = hubs.delete(hub.name());
                changed.run();
                if (deletion instanceof HubChange.Done) {
                    deleted.accept(hub.name().value());
                }
                yield HubRefusals.noContent(hub.name(), deletion);
            }
            default -> Answers.methodNotAllowed("GET, DELETE");
        };
    }

    private HttpResponse answerStrings(HttpRequest request, Hub hub) {
        if (!request.method().equals("GET")) {
            return Answers.methodNotAllowed("GET");
        }
        ObjectNode body = Answers.object();
        addStrings(body, hub.settings().get());
        return Answers.json(200, body);
    }

    private HttpResponse answerGroups(HttpRequest request, Hub hub, List<String> path) throws BadRequest {
        return switch (path.size()) {
            case 0 -> answerGroups(request, hub);
            case 1 ->
                request.method().equals("DELETE")
                        ? HubRefusals.noContent(hub.name(), hubs.removeConsumerGroup(hub.name(), path.getFirst()))
                        : Answers.methodNotAllowed("DELETE");
            default -> Answers.notFound();
        };
    }

    private HttpResponse answerGroups(HttpRequest request, Hub hub) throws BadRequest {
        return switch (request.method()) {
            case "GET" -> {
                ObjectNode body = Answers.object();
                addGroups(body, hub.settings().get());
                yield Answers.json(200, body);
            }
            case "POST" -> {
                String group = RequestBody.read(request.body(), Set.of("name")).text("name");
                yield switch (hubs.addConsumerGroup(hub.name(), group)) {
                    case HubChange.Done _ -> Answers.json(201, Answers.object().put("name", group));
                    case HubChange.Refused(var why) -> HubRefusals.answer(hub.name(), why);
                };
            }
            default -> Answers.methodNotAllowed("GET, POST");
        };
    }

    private ObjectNode json(HubSettings hub) {
        ObjectNode json = Answers.object()
                .put("name", hub.name().value())
                .put("hostName", hub.hostName())
                .put("partitions", hub.partitions())
                .put("retentionDays", hub.retentionDays())
                .put("minTlsVersion", hub.tls().strict() ? HubTls.MIN_TLS_VERSION : null)
                .put("eccCertificates", hub.tls().ecc())
                .put("policy", tlsPolicies.policyName(hub.tls()))
                .put("reportOnly", hub.tls().reportOnly());
        addEvents(json, hub);
        addGroups(json, hub);
        return json;
    }

    private static void addGroups(ObjectNode json, HubSettings hub) {
        ArrayNode groups = json.putArray("consumerGroups");
        groups.add(HubSettings.DEFAULT_CONSUMER_GROUP);
        hub.consumerGroups().forEach(groups::add);
    }

    private void addStrings(ObjectNode json, HubSettings hub) {
        connectionStrings.service(hub).ifPresent(text -> json.put("serviceConnectionString", text));
        connectionStrings.eventHub(hub).ifPresent(text -> json.put("eventHubConnectionString", text));
    }
}
