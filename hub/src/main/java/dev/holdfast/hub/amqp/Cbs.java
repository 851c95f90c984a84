package dev.holdfast.hub.amqp;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.hub.identity.SasToken;
import dev.holdfast.wire.amqp.AmqpConnection;
import dev.holdfast.wire.amqp.AmqpMessage;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code $cbs}: takes tokens. A token is shown to every part, and is taken when one of them has a use for it. It is judged by what it says itself; the name that
 * it is put under only tells which older one it replaces. Clients take nothing but 200 for success and read the status as an int.
 */
final class Cbs implements AnswerNode.Handler {
    private static final int AUDIENCE_MAX_CHARS = 1024;

    private final List<AmqpPart.Session> parts;
    private final AmqpConnection connection;
    private final Refusing refused;

    Cbs(List<AmqpPart.Session> parts, AmqpConnection connection, Refusing refused) {
        this.parts = parts;
        this.connection = connection;
        this.refused = refused;
    }

    @Override
    public void handle(AmqpMessage request, Consumer<AnswerNode.Answer> answer) {
        String text = tokenOf(request);
        Refusal fault = faultOf(request, text);
        if (fault != null) {
            answer.accept(refusal(new PutVerdict.Refused(null, null, fault)));
            return;
        }
        switch (SasToken.parse(text)) {
            case SasToken.Parsed.Malformed(var what) ->
                answer.accept(refusal(new PutVerdict.Refused(
                        null,
                        null,
                        new ConnectionRefusal.NotAuthenticated(new AuthenticationRefusal.TokenMalformed(what)))));
            case SasToken.Parsed.Token(var sas) ->
                show(new ShownToken(text(request, "name"), text, sas), parts.iterator(), new Judging(answer));
        }
    }

    private static @Nullable Refusal faultOf(AmqpMessage request, String token) {
        String operation = text(request, "operation");
        if (!operation.equals("put-token")) {
            return new ConnectionRefusal.UnknownOperation(operation);
        }
        if (token.isEmpty()) {
            return new ConnectionRefusal.RequestMalformed("its body is not the text of a token");
        }
        // Some clients send Entra tokens under the type of a SAS token, so the text is looked at as well.
        String type = text(request, "type").toLowerCase(Locale.ROOT);
        if (type.equals("jwt") || type.equals("bearer") || token.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return new ConnectionRefusal.BearerToken();
        }
        return text(request, "name").length() > AUDIENCE_MAX_CHARS
                ? new ConnectionRefusal.RequestMalformed("its name has more than " + AUDIENCE_MAX_CHARS + " characters")
                : null;
    }

    /** What the parts said so far. */
    private static final class Judging {
        private final Consumer<AnswerNode.Answer> answer;
        private boolean taken;
        private PutVerdict.@Nullable Refused refused;

        Judging(Consumer<AnswerNode.Answer> answer) {
            this.answer = answer;
        }
    }

    private void show(ShownToken token, Iterator<AmqpPart.Session> rest, Judging judging) {
        if (rest.hasNext()) {
            rest.next()
                    .put(
                            token,
                            verdict -> connection.execute(() -> {
                                switch (verdict) {
                                    case PutVerdict.Taken() -> judging.taken = true;
                                    case PutVerdict.Refused why ->
                                        judging.refused = judging.refused == null ? why : judging.refused;
                                    case PutVerdict.NotMine() -> {}
                                }
                                show(token, rest, judging);
                            }));
        } else if (judging.taken) {
            judging.answer.accept(new AnswerNode.Answer(Map.of("status-code", 200, "status-description", "OK"), null));
        } else {
            PutVerdict.Refused why = judging.refused;
            String resource = token.sas().resource().toString();
            judging.answer.accept(refusal(
                    why != null
                            ? why
                            : new PutVerdict.Refused(null, null, new ConnectionRefusal.UnknownHub(resource))));
        }
    }

    private AnswerNode.Answer refusal(PutVerdict.Refused why) {
        HubName hub = why.hub();
        return AnswerNode.Answer.refused(refused.errorOf(hub, why.device(), why.why()));
    }

    private static String tokenOf(AmqpMessage request) {
        return switch (request.body()) {
            case AmqpMessage.Body.Value(String text) -> text;
            case AmqpMessage.Body.Data(var bytes) -> new String(bytes, StandardCharsets.UTF_8);
            case AmqpMessage.Body.Value _, AmqpMessage.Body.Sequence _, AmqpMessage.Body.None _ -> "";
        };
    }

    private static String text(AmqpMessage request, String name) {
        return request.applicationProperties().get(name) instanceof String text ? text : "";
    }
}
