package dev.holdfast.server.operator;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.throttle.FaultAction;
import dev.holdfast.hub.throttle.FaultRule;
import dev.holdfast.hub.throttle.FaultRuleRefusal;
import dev.holdfast.hub.throttle.FaultRules;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hubs/NAME/faults}: rules about operations that are not to be done as they should, for tests. */
final class FaultRulesResource {
    static final String NAME = "faults";

    private static final Set<String> MEMBERS =
            Set.of("action", "operation", "device", "probability", "seed", "count", "seconds", "timeMillis");
    private static final int SECONDS = 3600;
    private static final int TIME_MILLIS = 1000;

    private final InstantSource clock;

    FaultRulesResource(InstantSource clock) {
        this.clock = clock;
    }

    /** @param path the segments behind {@code faults} */
    HttpResponse answer(HttpRequest request, Hub hub, List<String> path) throws BadRequest {
        FaultRules rules = hub.gate().faults();
        if (!rules.isAllowed()) {
            return refused(new FaultRuleRefusal.FaultInjectionOff());
        }
        return switch (path.size()) {
            case 0 ->
                switch (request.method()) {
                    case "GET" -> list(rules);
                    case "POST" -> add(rules, RequestBody.read(request.body(), MEMBERS));
                    case "DELETE" -> Answers.json(200, Answers.object().put("removed", rules.removeAll()));
                    default -> Answers.methodNotAllowed("GET, POST, DELETE");
                };
            case 1 ->
                request.method().equals("DELETE") ? remove(rules, path.getFirst()) : Answers.methodNotAllowed("DELETE");
            default -> Answers.notFound();
        };
    }

    private static HttpResponse list(FaultRules rules) {
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("faults");
        rules.list().forEach(rule -> list.add(json(rule)));
        return Answers.json(200, body);
    }

    private HttpResponse add(FaultRules rules, RequestBody body) throws BadRequest {
        String action = body.text("action");
        String operation = body.text("operation");
        FaultRule rule = new FaultRule(
                FaultAction.of(action)
                        .orElseThrow(() -> new BadRequest("'action' is one of " + FaultAction.words() + ".")),
                Operation.of(operation)
                        .orElseThrow(() -> new BadRequest("'operation' is one of " + Operation.words() + ".")),
                device(body.optionalText("device")),
                body.decimal("probability", 1),
                body.number("seed", RandomGenerator.getDefault().nextInt()),
                body.number("count", Integer.MAX_VALUE),
                clock.instant().plusSeconds(body.number("seconds", SECONDS)),
                Duration.ofMillis(body.number("timeMillis", TIME_MILLIS)));
        return switch (rules.add(rule)) {
            case FaultRules.Added.Done(var added) -> Answers.json(201, json(added));
            case FaultRules.Added.Refused(var why) -> refused(why);
        };
    }

    private static @Nullable DeviceId device(@Nullable String text) throws BadRequest {
        return text == null
                ? null
                : DeviceId.parse(text)
                        .orElseThrow(() -> new BadRequest("'device' is no device id; leave it out for all devices."));
    }

    private static HttpResponse remove(FaultRules rules, String id) {
        FaultRuleRefusal why = rules.remove(id);
        return why == null ? Answers.noContent() : refused(why);
    }

    private static ObjectNode json(FaultRules.Listed listed) {
        FaultRule rule = listed.rule();
        DeviceId device = rule.device();
        ObjectNode json = Answers.object()
                .put("id", listed.id())
                .put("action", rule.action().word())
                .put("operation", rule.operation().word())
                .put("device", device == null ? null : device.value())
                .put("probability", rule.probability())
                .put("seed", rule.seed());
        if (rule.count() < Integer.MAX_VALUE) {
            json.put("count", rule.count());
        } else {
            json.putNull("count");
        }
        return json.put("until", rule.until().toString())
                .put("timeMillis", rule.time().toMillis())
                .put("fired", listed.fired());
    }

    private static HttpResponse refused(FaultRuleRefusal why) {
        int status = switch (why) {
            case FaultRuleRefusal.FaultInjectionOff _, FaultRuleRefusal.TooManyFaultRules _ -> 403;
            case FaultRuleRefusal.UnknownFaultRule _ -> 404;
            case FaultRuleRefusal.NothingToExpire _,
                    FaultRuleRefusal.FaultProbabilityOutOfRange _,
                    FaultRuleRefusal.FaultCountOutOfRange _,
                    FaultRuleRefusal.FaultEndOutOfRange _,
                    FaultRuleRefusal.FaultTimeOutOfRange _ -> 400;
        };
        return Answers.error(status, why.reason(), why.explain());
    }
}
