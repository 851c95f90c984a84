package dev.holdfast.server.operator;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.throttle.Rate;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** {@code hubs/NAME/throttles}: how much of each operation may pass. */
final class ThrottlesResource {
    static final String NAME = "throttles";

    private static final Set<String> MEMBERS =
            Arrays.stream(Operation.values()).map(Operation::word).collect(Collectors.toUnmodifiableSet());

    private final Hubs hubs;

    ThrottlesResource(Hubs hubs) {
        this.hubs = hubs;
    }

    HttpResponse answer(HttpRequest request, Hub hub) throws BadRequest {
        return switch (request.method()) {
            case "GET" -> Answers.json(200, json(hub.settings().get()));
            case "PATCH" ->
                HubRefusals.noContent(
                        hub.name(),
                        hubs.changeThrottles(hub.name(), wanted(RequestBody.read(request.body(), MEMBERS))));
            default -> Answers.methodNotAllowed("GET, PATCH");
        };
    }

    private static Map<Operation, Optional<Rate>> wanted(RequestBody body) throws BadRequest {
        Map<Operation, Optional<Rate>> wanted = new EnumMap<>(Operation.class);
        for (Operation operation : Operation.values()) {
            if (body.has(operation.word())) {
                String text = body.optionalText(operation.word());
                wanted.put(operation, text == null ? Optional.empty() : Optional.of(rate(operation, text)));
            }
        }
        if (wanted.isEmpty()) {
            throw new BadRequest("The body names no operation; name one of " + Operation.words() + ".");
        }
        return wanted;
    }

    private static Rate rate(Operation operation, String text) throws BadRequest {
        return Rate.parse(text)
                .orElseThrow(() -> new BadRequest("'" + operation.word()
                        + "' is a number with /second or /minute behind it, such as 100/minute or 100/minute:20, or 'off'; null for"
                        + " what holds for all hubs. Numbers are 1 to " + Rate.MAX + "."));
    }

    private ObjectNode json(HubSettings settings) {
        ObjectNode json = Answers.object();
        for (Operation operation : Operation.values()) {
            json.putObject(operation.word())
                    .put("rate", hubs.throttle(settings, operation).toString())
                    .put("own", settings.throttles().containsKey(operation));
        }
        return json;
    }
}
