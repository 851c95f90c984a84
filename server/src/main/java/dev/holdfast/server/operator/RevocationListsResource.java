package dev.holdfast.server.operator;

import dev.holdfast.base.Commands;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.revocation.HeldList;
import dev.holdfast.hub.revocation.ListChange;
import dev.holdfast.hub.revocation.ListFailure;
import dev.holdfast.hub.revocation.ListRefusal;
import dev.holdfast.hub.revocation.Revocation;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hubs/NAME/revocation-lists}: what authorities say themselves that they took back. */
public final class RevocationListsResource {
    static final String NAME = "revocation-lists";

    private final InstantSource clock;
    private final Limits.Revocation limits;

    public RevocationListsResource(InstantSource clock, Limits.Revocation limits) {
        this.clock = clock;
        this.limits = limits;
    }

    /** A list in PEM: four characters for three bytes, line breaks and remarks. */
    int bodyMaxBytes() {
        return 2 * limits.listMaxBytes();
    }

    /** @param path the segments behind {@code revocation-lists} */
    HttpResponse answer(HttpRequest request, Hub hub, List<String> path) {
        return switch (path.size()) {
            case 0 -> request.method().equals("GET") ? list(hub) : Answers.methodNotAllowed("GET");
            case 1 -> answer(request, hub, path.getFirst());
            case 2 -> path.get(1).equals("fetch") ? fetch(request, hub, path.getFirst()) : Answers.notFound();
            default -> Answers.notFound();
        };
    }

    private HttpResponse answer(HttpRequest request, Hub hub, String authority) {
        return switch (request.method()) {
            case "GET" -> show(hub, authority);
            case "PUT" -> changed(hub, authority, hub.revocation().add(authority, request.body()));
            case "DELETE" ->
                switch (hub.revocation().remove(authority)) {
                    case ListChange.Done _ -> Answers.noContent();
                    case ListChange.Refused(var why) -> refused(hub, why);
                };
            default -> Answers.methodNotAllowed("GET, PUT, DELETE");
        };
    }

    private HttpResponse fetch(HttpRequest request, Hub hub, String authority) {
        return request.method().equals("POST")
                ? changed(hub, authority, hub.revocation().fetch(authority))
                : Answers.methodNotAllowed("POST");
    }

    private HttpResponse changed(Hub hub, String authority, ListChange change) {
        return switch (change) {
            case ListChange.Refused(var why) -> refused(hub, why);
            case ListChange.Done(var ended) ->
                hub.revocation()
                        .standing(authority)
                        .map(standing -> Answers.json(200, json(standing).put("connectionsEnded", ended)))
                        .orElseGet(() -> refused(hub, new ListRefusal.UnknownAuthority(authority)));
        };
    }

    private HttpResponse list(Hub hub) {
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("revocationLists");
        hub.revocation().standings().forEach(standing -> list.add(json(standing)));
        return Answers.json(200, body);
    }

    private HttpResponse show(Hub hub, String authority) {
        Revocation.Standing standing = hub.revocation().standing(authority).orElse(null);
        if (standing == null) {
            return refused(hub, new ListRefusal.UnknownAuthority(authority));
        }
        return standing.held() == null && standing.url() == null
                ? refused(hub, new ListRefusal.ListMissing(authority))
                : Answers.json(200, json(standing));
    }

    private ObjectNode json(Revocation.Standing standing) {
        Instant now = clock.instant();
        ObjectNode json =
                Answers.object().put("authority", standing.issuer().name()).put("url", standing.url());
        HeldList held = standing.held();
        if (held == null) {
            json.put("state", "missing");
        } else {
            json.put("state", held.isStale(now) ? "stale" : "current")
                    .put("entries", held.list().entries())
                    .put("number", held.list().number().map(String::valueOf).orElse(null))
                    .put("thisUpdate", held.list().thisUpdate().toString())
                    .put("nextUpdate", held.list().nextUpdate().toString())
                    .put("origin", held.origin())
                    .put("received", held.received().toString());
        }
        ListFailure failure = standing.failure();
        if (failure != null) {
            json.putObject("failure").put("at", failure.at().toString()).put("what", failure.what());
        }
        return json;
    }

    private static HttpResponse refused(Hub hub, ListRefusal why) {
        int status = switch (why) {
            case ListRefusal.UnknownAuthority _, ListRefusal.ListMissing _ -> 404;
            case ListRefusal.LastOrigin _, ListRefusal.ListFromNowhere _ -> 409;
            case ListRefusal.ListsTooLarge _ -> 403;
            case ListRefusal.ListNotFetched _ -> 502;
            case ListRefusal.ListUnusable _ -> 400;
        };
        return Answers.error(status, why.reason(), why.explain(new Commands(hub.name())));
    }
}
