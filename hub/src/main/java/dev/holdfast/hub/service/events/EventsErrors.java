package dev.holdfast.hub.service.events;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.wire.amqp.AmqpError;
import org.jspecify.annotations.Nullable;

/** What AMQP and the two nodes say for a refusal. */
final class EventsErrors {
    private static final String UNPROVED =
            "What was shown does not prove a shared access policy of this hub. Copy the connection"
                    + " string of the policy again.";

    private EventsErrors() {}

    /**
     * @param hub one of this installation; null when none of them was asked for
     * @param report its id
     */
    static AmqpError of(@Nullable HubName hub, EventsRefusal refusal, String report) {
        return new AmqpError(condition(refusal), toPeer(hub, refusal) + " (report " + report + ")");
    }

    /** Who proved nothing does not learn which policies there are, by whichever of the two ways. */
    private static String toPeer(@Nullable HubName hub, EventsRefusal refusal) {
        return switch (refusal) {
            case EventsRefusal.PolicyKeyWrong _,
                    EventsRefusal.NotAuthenticated(AuthenticationRefusal.UnknownPolicy _),
                    EventsRefusal.NotAuthenticated(AuthenticationRefusal.PolicySignatureWrong _) -> UNPROVED;
            default -> refusal.explain(new Commands(hub));
        };
    }

    static String condition(EventsRefusal refusal) {
        return switch (refusal) {
            case EventsRefusal.NotAuthenticated _,
                    EventsRefusal.TokenMissing _,
                    EventsRefusal.BearerToken _,
                    EventsRefusal.DeviceToken _,
                    EventsRefusal.PolicyKeyWrong _,
                    EventsRefusal.NeverAuthorized _ -> AmqpError.UNAUTHORIZED_ACCESS;
            case EventsRefusal.TooManyTokens _,
                    EventsRefusal.TooManyLinksUnauthorized _,
                    EventsRefusal.TooManyRefusals _,
                    EventsRefusal.TooManyReaders _,
                    EventsRefusal.NoAnswerLink _ -> AmqpError.RESOURCE_LIMIT_EXCEEDED;
            case EventsRefusal.RequestMalformed _,
                    EventsRefusal.FilterNotUnderstood _,
                    EventsRefusal.EpochNotANumber _ -> AmqpError.INVALID_FIELD;
            case EventsRefusal.UnknownOperation _, EventsRefusal.DeviceOverAmqp _ -> AmqpError.NOT_IMPLEMENTED;
            case EventsRefusal.UnknownAddress _,
                    EventsRefusal.UnknownHub _,
                    EventsRefusal.UnknownConsumerGroup _,
                    EventsRefusal.UnknownPartition _ -> AmqpError.NOT_FOUND;
            case EventsRefusal.SendingNotAllowed _ -> AmqpError.NOT_ALLOWED;
            case EventsRefusal.StartBeyondEnd _ -> AmqpError.ARGUMENT_OUT_OF_RANGE;
            case EventsRefusal.EpochTooLow _, EventsRefusal.Superseded _ -> AmqpError.LINK_STOLEN;
            case EventsRefusal.HubDeleted _, EventsRefusal.ConsumerGroupDeleted _ -> AmqpError.RESOURCE_DELETED;
            case EventsRefusal.LogUnreadable _ -> AmqpError.INTERNAL_ERROR;
        };
    }

    /** The status code in an answer of {@code $cbs} or {@code $management}; HTTP's numbers. */
    static int status(EventsRefusal refusal) {
        return switch (condition(refusal)) {
            case AmqpError.UNAUTHORIZED_ACCESS -> 401;
            case AmqpError.NOT_FOUND, AmqpError.RESOURCE_DELETED -> 404;
            case AmqpError.RESOURCE_LIMIT_EXCEEDED -> 403;
            case AmqpError.INTERNAL_ERROR -> 500;
            case AmqpError.NOT_IMPLEMENTED -> 501;
            default -> 400;
        };
    }
}
