package dev.holdfast.server.operator;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubChange;
import dev.holdfast.hub.HubTls;
import dev.holdfast.hub.Hubs;
import dev.holdfast.server.policy.PolicyStore;
import dev.holdfast.server.policy.Rehearsal;
import dev.holdfast.store.StoreException;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code policies}: the TLS policies that there are, and an operator's own. */
public final class TlsPoliciesResource {
    private static final Logger LOG = LoggerFactory.getLogger(TlsPoliciesResource.class);
    private static final String ACCEPT_LOSS = "acceptLoss";

    private final Hubs hubs;
    private final PolicyStore policies;
    private final Set<String> fixed;
    private final Rehearsal rehearsal;
    private final PolicyRehearsal rehearsed;
    private final Runnable changed;

    /**
     * @param fixed names that the server's settings say; these policies can't be deleted
     * @param rehearsal says whom a change would lose
     * @param changed called when a policy has changed, so that it takes effect
     */
    public TlsPoliciesResource(
            Hubs hubs,
            PolicyStore policies,
            Set<String> fixed,
            Rehearsal rehearsal,
            InstantSource clock,
            Runnable changed) {
        this.hubs = hubs;
        this.policies = policies;
        this.fixed = Set.copyOf(fixed);
        this.rehearsal = rehearsal;
        this.rehearsed = new PolicyRehearsal(rehearsal, clock);
        this.changed = changed;
    }

    /** @param path the segments behind {@code policies} */
    HttpResponse answer(HttpRequest request, List<String> path) throws BadRequest {
        return switch (path.size()) {
            case 0 -> request.method().equals("GET") ? list() : Answers.methodNotAllowed("GET");
            case 1 -> answerOne(request, path.getFirst());
            default -> Answers.notFound();
        };
    }

    private HttpResponse list() {
        ObjectNode body = Answers.object().put("default", policies.defaultName());
        ArrayNode list = body.putArray("policies");
        Stream.concat(NamedPolicies.all().stream().map(NamedPolicies.Named::policy), policies.own().stream())
                .forEach(policy -> list.add(json(policy)));
        return Answers.json(200, body);
    }

    private HttpResponse answerOne(HttpRequest request, String name) throws BadRequest {
        return switch (request.method()) {
            case "GET" ->
                policies.find(name)
                        .map(policy -> Answers.json(200, json(policy)))
                        .orElseGet(() -> unknown(name));
            case "PUT" -> put(name, request);
            case "DELETE" -> hubs.whileUnchanged(() -> delete(name));
            default -> Answers.methodNotAllowed("GET, PUT, DELETE");
        };
    }

    private HttpResponse put(String name, HttpRequest request) throws BadRequest {
        TlsPolicy policy;
        try {
            policy = PolicyStore.read(request.body());
        } catch (IllegalArgumentException e) {
            throw new BadRequest(sentence(String.valueOf(e.getMessage())));
        }
        if (!policy.name().equals(name)) {
            throw new BadRequest("The path and the policy give different names.");
        }
        if (PolicyStore.comesWithServer(name)) {
            return comesWithServer(name);
        }
        boolean acceptLoss = QueryParameters.of(request).flag(ACCEPT_LOSS);
        PolicyRehearsal.Verdict verdict = policies.find(name).isPresent()
                ? rehearsed.ifPolicyWere(policy, users(name), acceptLoss)
                : PolicyRehearsal.notNeeded();
        return switch (verdict) {
            case PolicyRehearsal.Verdict.Refused(var answer) -> answer;
            case PolicyRehearsal.Verdict.Allowed(var told) -> hubs.whileUnchanged(() -> put(policy, told));
        };
    }

    /** @param told what the answer says of devices */
    private HttpResponse put(TlsPolicy policy, ObjectNode told) {
        boolean isNew = policies.find(policy.name()).isEmpty();
        if (isNew && policies.isFull()) {
            return Answers.error(
                    403, "TooManyPolicies", "There are " + policies.max() + " policies already. Delete one first.");
        }
        policies.put(policy);
        changed.run();
        return Answers.json(isNew ? 201 : 200, json(policy).setAll(told));
    }

    private static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + (text.endsWith(".") ? "" : ".");
    }

    private HttpResponse delete(String name) {
        if (PolicyStore.comesWithServer(name)) {
            return comesWithServer(name);
        }
        if (policies.find(name).isEmpty()) {
            return unknown(name);
        }
        List<String> users = usedBy(name);
        List<String> triers = triedBy(name);
        if (users.isEmpty() && !triers.isEmpty()) {
            return Answers.error(
                    409,
                    "PolicyInUse",
                    "The policy '" + name + "' is tried (report-only) by " + String.join(", ", triers)
                            + ". End that first.");
        }
        if (!users.isEmpty() || fixed.contains(name)) {
            return Answers.error(
                    409,
                    "PolicyInUse",
                    users.isEmpty()
                            ? "The settings of this server name the policy '" + name + "'."
                            : "The policy '" + name + "' is that of " + String.join(", ", users)
                                    + ". Give these hubs another one first.");
        }
        policies.delete(name);
        return Answers.noContent();
    }

    private List<String> usedBy(String name) {
        return users(name).stream().map(hub -> hub.name().value()).toList();
    }

    private List<Hub> users(String name) {
        return hubs.all().stream()
                .filter(hub -> name.equals(policyName(hub.settings().get().tls())))
                .toList();
    }

    private List<String> triedBy(String name) {
        return hubs.all().stream()
                .filter(hub -> name.equals(hub.settings().get().tls().reportOnly()))
                .map(hub -> hub.name().value())
                .toList();
    }

    private static HttpResponse comesWithServer(String name) {
        return Answers.error(
                409,
                "PolicyBuiltIn",
                "The policy '" + name + "' comes with the server and stays as it is. Choose another name for yours.");
    }

    private static HttpResponse unknown(String name) {
        return Answers.error(404, "UnknownTlsPolicy", "There is no TLS policy '" + name + "'.");
    }

    private ObjectNode json(TlsPolicy policy) {
        ObjectNode json = PolicyStore.json(policy);
        json.put("builtIn", PolicyStore.comesWithServer(policy.name()));
        NamedPolicies.find(policy.name()).ifPresent(named -> json.put("source", named.source()));
        ArrayNode users = json.putArray("hubs");
        usedBy(policy.name()).forEach(users::add);
        ArrayNode triers = json.putArray("reportOnlyHubs");
        triedBy(policy.name()).forEach(triers::add);
        return json;
    }

    /** {@code hubs/{hub}/policy}: which policy a hub has, and another one for it. */
    HttpResponse answerHub(HttpRequest request, Hub hub, List<String> path) throws BadRequest {
        if (!path.isEmpty()) {
            return Answers.notFound();
        }
        return switch (request.method()) {
            case "GET" -> Answers.json(200, ofHub(hub));
            case "PUT" ->
                put(hub, Asked.read(RequestBody.read(request.body(), Set.of("policy", "reportOnly", ACCEPT_LOSS))));
            default -> Answers.methodNotAllowed("GET, PUT");
        };
    }

    /**
     * What is asked for a hub. A body that only says what to try changes nothing else.
     *
     * @param tries whether it says what to try
     */
    private record Asked(
            boolean sets,
            @Nullable String policy,
            boolean tries,
            @Nullable String tried,
            boolean acceptLoss) {
        static Asked read(RequestBody body) throws BadRequest {
            boolean tries = body.has("reportOnly");
            return new Asked(
                    body.has("policy") || !tries,
                    body.optionalText("policy"),
                    tries,
                    body.optionalText("reportOnly"),
                    body.flag(ACCEPT_LOSS, false));
        }
    }

    private HttpResponse put(Hub hub, Asked asked) throws BadRequest {
        TlsPolicy policy = asked.sets ? wanted(hub, asked.policy) : null;
        PolicyRehearsal.Verdict verdict =
                policy == null ? PolicyRehearsal.notNeeded() : rehearsed.ifHubHad(hub, policy, asked.acceptLoss);
        return switch (verdict) {
            case PolicyRehearsal.Verdict.Refused(var answer) -> answer;
            case PolicyRehearsal.Verdict.Allowed(var told) -> change(hub, asked, told);
        };
    }

    /** @param told what the answer to another policy says of devices */
    private HttpResponse change(Hub hub, Asked asked, ObjectNode told) {
        if (asked.tries) {
            if (hubs.tryTlsPolicy(hub.name(), asked.tried) instanceof HubChange.Refused(var why)) {
                return HubRefusals.answer(hub.name(), why);
            }
            beginTrial(hub);
        }
        return asked.sets ? set(hub, asked.policy, told) : Answers.json(200, ofHub(hub));
    }

    /** The policy that the hub would have; null when there is no such policy. */
    private @Nullable TlsPolicy wanted(Hub hub, @Nullable String name) {
        HubTls now = hub.settings().get().tls();
        return name == null
                ? policies.of(new HubTls(now.strict(), now.ecc(), null, null))
                : policies.find(name).orElse(null);
    }

    /** The trial is on already, so that no more may go wrong than that some devices are not reported once more. */
    private void beginTrial(Hub hub) {
        try {
            rehearsal.trialBegins(hub.name());
        } catch (StoreException e) {
            LOG.warn(
                    "a policy is tried in hub {}; devices that an earlier trial reported may not be reported anew: {}",
                    hub.name().value(),
                    e.getMessage());
        }
    }

    private HttpResponse set(Hub hub, @Nullable String name, ObjectNode told) {
        return switch (hubs.changeTlsPolicy(hub.name(), name)) {
            case HubChange.Done(var changed, var _) ->
                Answers.json(200, ofHub(changed).setAll(told));
            case HubChange.Refused(var why) -> HubRefusals.answer(hub.name(), why);
        };
    }

    /** The name of the policy that holds. */
    String policyName(HubTls tls) {
        return tls.policyName(policies.defaultName());
    }

    private ObjectNode ofHub(Hub hub) {
        HubTls tls = hub.settings().get().tls();
        return Answers.object()
                .put("policy", policyName(tls))
                .put("given", tls.policy())
                .put("reportOnly", tls.reportOnly())
                .put("minTlsVersion", tls.strict() ? HubTls.MIN_TLS_VERSION : null)
                .put("eccCertificates", tls.ecc());
    }
}
