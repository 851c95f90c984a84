package dev.holdfast.server.operator;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubChange;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.identity.AccessRight;
import dev.holdfast.hub.identity.KeyRenewal;
import dev.holdfast.hub.identity.PolicyChange;
import dev.holdfast.hub.identity.SharedAccessPolicies;
import dev.holdfast.hub.identity.SharedAccessPolicy;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hubs/NAME/access-policies}: who may do what with a hub, and the keys to prove it. */
public final class PoliciesResource {
    private final Hubs hubs;
    private final ConnectionStrings connectionStrings;
    private final Limits.Registry limits;
    private final SecureRandom random;

    public PoliciesResource(
            Hubs hubs, ConnectionStrings connectionStrings, Limits.Registry limits, SecureRandom random) {
        this.hubs = hubs;
        this.connectionStrings = connectionStrings;
        this.limits = limits;
        this.random = random;
    }

    /** @param path the segments behind {@code access-policies} */
    HttpResponse answer(HttpRequest request, Hub hub, List<String> path) throws BadRequest {
        return switch (path.size()) {
            case 0 ->
                switch (request.method()) {
                    case "GET" -> list(hub);
                    case "POST" -> create(request, hub);
                    default -> Answers.methodNotAllowed("GET, POST");
                };
            case 1 ->
                switch (request.method()) {
                    case "GET" -> shown(200, hub.settings().get(), path.getFirst());
                    case "DELETE" -> delete(hub, path.getFirst());
                    default -> Answers.methodNotAllowed("GET, DELETE");
                };
            case 2 -> {
                if (!path.get(1).equals("renew")) {
                    yield Answers.notFound();
                }
                yield request.method().equals("POST")
                        ? renew(request, hub, path.getFirst())
                        : Answers.methodNotAllowed("POST");
            }
            default -> Answers.notFound();
        };
    }

    /** Without keys: whoever needs one asks for it by name. */
    private static HttpResponse list(Hub hub) {
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("accessPolicies");
        hub.settings().get().policies().forEach(policy -> list.add(json(policy)));
        return Answers.json(200, body);
    }

    private HttpResponse create(HttpRequest request, Hub hub) throws BadRequest {
        RequestBody body = RequestBody.read(request.body(), Set.of("name", "rights"));
        String name = body.text("name");
        Set<AccessRight> rights = rights(body.texts("rights"));
        return changed(201, hub, name, policies -> SharedAccessPolicies.add(policies, name, rights, limits, random));
    }

    private HttpResponse renew(HttpRequest request, Hub hub, String name) throws BadRequest {
        KeyRenewal renewal = RequestBody.read(request.body(), Set.of("which")).renewal("which");
        return changed(200, hub, name, policies -> SharedAccessPolicies.renewKeys(policies, name, renewal, random));
    }

    private HttpResponse delete(Hub hub, String name) {
        return HubRefusals.noContent(
                hub.name(), hubs.changePolicies(hub.name(), policies -> SharedAccessPolicies.remove(policies, name)));
    }

    private HttpResponse changed(
            int status, Hub hub, String name, Function<List<SharedAccessPolicy>, PolicyChange> change) {
        return switch (hubs.changePolicies(hub.name(), change)) {
            case HubChange.Done(var now, var _) -> shown(status, now.settings().get(), name);
            case HubChange.Refused(var why) -> HubRefusals.answer(hub.name(), why);
        };
    }

    private HttpResponse shown(int status, HubSettings hub, String name) {
        return hub.policy(name)
                .map(policy -> Answers.json(
                        status,
                        json(policy)
                                .put("primaryKey", policy.keys().primary().base64())
                                .put("secondaryKey", policy.keys().secondary().base64())
                                .put("connectionString", connectionStrings.policy(hub, policy))))
                .orElseGet(
                        () -> Answers.error(404, "PolicyMissing", "The hub has no shared access policy of this name."));
    }

    private static ObjectNode json(SharedAccessPolicy policy) {
        ObjectNode json = Answers.object().put("name", policy.name());
        ArrayNode rights = json.putArray("rights");
        // By the order of the enumeration, not of the set's hash codes, so that an answer does not change by itself.
        policy.rights().stream().sorted().forEach(right -> rights.add(right.wireName()));
        return json;
    }

    private static Set<AccessRight> rights(List<String> names) throws BadRequest {
        Set<AccessRight> rights = EnumSet.noneOf(AccessRight.class);
        for (String name : names) {
            rights.add(Arrays.stream(AccessRight.values())
                    .filter(right -> right.wireName().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() -> new BadRequest("'rights' holds one that does not exist; there are "
                            + Arrays.stream(AccessRight.values())
                                    .map(AccessRight::wireName)
                                    .collect(Collectors.joining(", "))
                            + ".")));
        }
        return rights;
    }
}
