package dev.holdfast.hub.service.events;

import dev.holdfast.wire.amqp.AmqpMessage;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code $cbs}: takes tokens. A token is judged by what it says itself; the name that it is put under only tells which older one
 * it replaces. Clients take nothing but 200 for success and read the status as an int.
 */
final class CbsHandler implements AnswerNode.Handler {
    private static final int AUDIENCE_MAX_CHARS = 1024;

    private final Grants grants;
    private final Refusing refused;

    CbsHandler(Grants grants, Refusing refused) {
        this.grants = grants;
        this.refused = refused;
    }

    @Override
    public void handle(AmqpMessage request, Consumer<AnswerNode.Answer> answer) {
        Credential.Token token = new Credential.Token(tokenOf(request));
        EventsRefusal refusal = put(request, token);
        if (refusal == null) {
            answer.accept(new AnswerNode.Answer(Map.of("status-code", 200, "status-description", "OK"), null));
            return;
        }
        String told = refused.errorOf(grants.hubNamed(token), refusal).description();
        answer.accept(new AnswerNode.Answer(
                Map.of(
                        "status-code", EventsErrors.status(refusal),
                        "status-description", told,
                        "error-condition", EventsErrors.condition(refusal)),
                null));
    }

    private @Nullable EventsRefusal put(AmqpMessage request, Credential.Token token) {
        String operation = text(request, "operation");
        if (!operation.equals("put-token")) {
            return new EventsRefusal.UnknownOperation(operation);
        }
        if (token.text().isEmpty()) {
            return new EventsRefusal.RequestMalformed("its body is not the text of a token");
        }
        // Some clients send Entra tokens under the type of a SAS token, so the text is looked at as well.
        String type = text(request, "type").toLowerCase(Locale.ROOT);
        if (type.equals("jwt") || type.equals("bearer")) {
            return new EventsRefusal.BearerToken();
        }
        String audience = text(request, "name");
        if (audience.length() > AUDIENCE_MAX_CHARS) {
            return new EventsRefusal.RequestMalformed("its name has more than " + AUDIENCE_MAX_CHARS + " characters");
        }
        return grants.put(audience, token);
    }

    private static String tokenOf(AmqpMessage request) {
        return switch (request.body()) {
            case AmqpMessage.Body.Value(String text) -> text;
            case AmqpMessage.Body.Data(var bytes) -> new String(bytes, StandardCharsets.UTF_8);
            case AmqpMessage.Body.Value _, AmqpMessage.Body.None _ -> "";
        };
    }

    private static String text(AmqpMessage request, String name) {
        return request.applicationProperties().get(name) instanceof String text ? text : "";
    }
}
