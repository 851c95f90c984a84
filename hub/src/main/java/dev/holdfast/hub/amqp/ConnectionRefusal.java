package dev.holdfast.hub.amqp;

import dev.holdfast.base.Commands;
import dev.holdfast.hub.identity.AuthenticationExplanation;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.wire.amqp.AmqpError;
import java.time.Duration;

/** Why a connection, a token or a request was refused before any part of a hub was reached, or by each of them alike: the whole list. */
public sealed interface ConnectionRefusal extends Refusal {
    /** Stable word for logs, metrics and reports: the name of the case, or that of the authentication's own list. */
    @Override
    default String reason() {
        return this instanceof NotAuthenticated(var why)
                ? why.reason()
                : getClass().getSimpleName();
    }

    /** A policy's token or key was judged and is not good enough. */
    record NotAuthenticated(AuthenticationRefusal why) implements ConnectionRefusal {}

    /** An Entra ID token. */
    record BearerToken() implements ConnectionRefusal {}

    record TooManyTokens(int max) implements ConnectionRefusal {}

    record NeverAuthorized(Duration maxTime) implements ConnectionRefusal {}

    record TooManyLinksUnauthorized(int max) implements ConnectionRefusal {}

    /** Guessing, or a client that does not stop. */
    record TooManyRefusals(int max) implements ConnectionRefusal {}

    record RequestMalformed(String what) implements ConnectionRefusal {}

    record UnknownOperation(String operation) implements ConnectionRefusal {}

    record UnknownAddress(String address) implements ConnectionRefusal {}

    record UnknownHub(String name) implements ConnectionRefusal {}

    /** Nobody takes messages there. */
    record SendingNotAllowed(String address) implements ConnectionRefusal {}

    /** The answer can't be sent: no link to receive it, or the peer takes none of the answers that wait. */
    record NoAnswerLink(String node) implements ConnectionRefusal {}

    /** Who proved nothing does not learn which policies there are, by whichever of the two ways. */
    @Override
    default String told(Commands commands) {
        return switch (this) {
            case NotAuthenticated(AuthenticationRefusal.UnknownPolicy _),
                    NotAuthenticated(AuthenticationRefusal.PolicySignatureWrong _) ->
                "What was shown does not prove a shared access policy of this hub. Copy the connection"
                        + " string of the policy again.";
            default -> explain(commands);
        };
    }

    /** The Event Hubs client for JavaScript takes a refusal for "not found" only by the words {@code could not be found}. */
    @Override
    default String explain(Commands commands) {
        return switch (this) {
            case NotAuthenticated(var why) -> AuthenticationExplanation.of(why, commands);
            case BearerToken() ->
                "Tokens of Microsoft Entra ID are not accepted here. Use a connection string with a SharedAccessKey.";
            case TooManyTokens(var max) ->
                "The connection holds " + max
                        + " tokens, and that is the limit. Sign one token for the whole hub instead.";
            case NeverAuthorized(var max) ->
                "The connection was open for " + max.toSeconds()
                        + " s and showed nothing that allows anything. Put a token on $cbs, as official clients do.";
            case TooManyLinksUnauthorized(var max) ->
                "More than " + max + " links were attached before anything was shown that allows them. Put a token"
                        + " on $cbs first, as official clients do.";
            case TooManyRefusals(var max) ->
                "The connection was refused " + max
                        + " times and showed nothing that allows anything. Look at the reports of"
                        + " these refusals, and stop the client until its token is right.";
            case RequestMalformed(var what) ->
                "The request can't be understood: " + what + ". Compare it with what official clients send.";
            case UnknownOperation(var operation) ->
                "There is no operation '" + operation + "' here. Use put-token on $cbs, and READ on $management.";
            case UnknownAddress(var address) ->
                "There is no '" + address
                        + "'. Read telemetry from '{hub}/ConsumerGroups/{group}/Partitions/{partition}'; devices have the"
                        + " addresses below '/devices/{id}'.";
            case UnknownHub(var name) ->
                "The messaging entity '" + name
                        + "' could not be found: there is no hub of this name. Compare the EntityPath or the HostName of the"
                        + " connection string with " + Commands.plain("hub list") + ".";
            case SendingNotAllowed(var address) ->
                "Nothing can be sent to '" + address + "'. Send telemetry as a device, and commands over HTTPS.";
            case NoAnswerLink(var node) ->
                "The answer can't be sent. Attach a receiver to '" + node + "', grant it credit and take the answers.";
        };
    }

    @Override
    default String condition() {
        return switch (this) {
            case NotAuthenticated _, BearerToken _, NeverAuthorized _ -> AmqpError.UNAUTHORIZED_ACCESS;
            case TooManyTokens _, TooManyLinksUnauthorized _, TooManyRefusals _, NoAnswerLink _ ->
                AmqpError.RESOURCE_LIMIT_EXCEEDED;
            case RequestMalformed _ -> AmqpError.INVALID_FIELD;
            case UnknownOperation _ -> AmqpError.NOT_IMPLEMENTED;
            case UnknownAddress _, UnknownHub _ -> AmqpError.NOT_FOUND;
            case SendingNotAllowed _ -> AmqpError.NOT_ALLOWED;
        };
    }
}
