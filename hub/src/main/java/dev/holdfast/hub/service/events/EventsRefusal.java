package dev.holdfast.hub.service.events;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.wire.amqp.AmqpError;

/** Why the endpoint refused or ended something: the whole list. */
sealed interface EventsRefusal extends Refusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    @Override
    default String reason() {
        return getClass().getSimpleName();
    }

    /** Nothing was shown that allows it. */
    record TokenMissing(String address) implements EventsRefusal {}

    record PolicyKeyWrong(String policy) implements EventsRefusal {}

    record UnknownConsumerGroup(HubName hub, String group) implements EventsRefusal {}

    record UnknownPartition(HubName hub, String partition, int partitions) implements EventsRefusal {}

    record FilterNotUnderstood(String filter) implements EventsRefusal {}

    record EpochNotANumber() implements EventsRefusal {}

    record StartBeyondEnd(String start, long next) implements EventsRefusal {}

    /** A reader without an epoch, or with a lower one, came while one with {@code epoch} reads. */
    record EpochTooLow(long epoch) implements EventsRefusal {}

    /** A reader with an epoch that is at least as high took the partition over. */
    record Superseded(long epoch) implements EventsRefusal {}

    record TooManyReaders(int max) implements EventsRefusal {}

    record HubDeleted(HubName hub) implements EventsRefusal {}

    record ConsumerGroupDeleted(HubName hub, String group) implements EventsRefusal {}

    record LogUnreadable() implements EventsRefusal {}

    /**
     * What happened and what to change, in sentences. The Event Hubs client for JavaScript takes a refusal for "not found" only
     * by the words {@code The messaging entity … could not be found}, and tries for ever otherwise.
     *
     * @param commands of the hub that was asked for
     */
    @Override
    default String explain(Commands commands) {
        return switch (this) {
            case TokenMissing(var address) ->
                "Nothing that was shown on this connection allows '" + address
                        + "', or the token for it ran out. Put a token of a shared access policy with ServiceConnect on $cbs"
                        + " first; official clients do that when they are given an event-hub connection string.";
            case PolicyKeyWrong(var policy) ->
                "The password is neither key of the shared access policy '" + policy
                        + "'. Copy it again from the connection string ("
                        + commands.ofHub("hub access-policy show " + Commands.argument(policy, "NAME"))
                        + "); a key that was renewed no longer works.";
            case UnknownConsumerGroup(var hub, var group) ->
                "The messaging entity '" + hub + "/ConsumerGroups/" + group
                        + "' could not be found: the hub has no such consumer group. Create it ("
                        + commands.ofHub("hub consumer-group create " + Commands.argument(group, "NAME"))
                        + "), or read with '$Default'.";
            case UnknownPartition(var hub, var partition, var partitions) ->
                "Hub '" + hub + "' has no partition '" + partition + "': they are 0 to " + (partitions - 1)
                        + ". Use one of them.";
            case FilterNotUnderstood(var filter) ->
                "The filter '" + filter + "' can't be understood. Write one comparison, as in"
                        + " amqp.annotation.x-opt-offset > '12', of x-opt-offset, x-opt-sequence-number or x-opt-enqueued-time.";
            case EpochNotANumber() ->
                "The link property com.microsoft:epoch is not a number from 0 on. Give the reader (ownerLevel) one, or none.";
            case StartBeyondEnd(var start, var next) ->
                "The start (" + start + ") lies beyond the end: the next message of the partition gets the number "
                        + next
                        + ". If the hub was created anew, start from the beginning and drop the old checkpoints.";
            case EpochTooLow(var epoch) ->
                "A receiver with epoch " + epoch
                        + " reads this partition in this consumer group, which shuts out receivers with a lower epoch or none."
                        + " Close it, use a higher epoch (ownerLevel), or read with another consumer group.";
            case Superseded(var epoch) ->
                "A receiver with epoch " + epoch + " took this partition over in this consumer group. Use a"
                        + " higher epoch (ownerLevel) to take it back, or read with another consumer group.";
            case TooManyReaders(var max) ->
                "The partition has " + max
                        + " receivers of this consumer group, and that is the limit. Close one, or use another group.";
            case HubDeleted(var hub) -> "Hub '" + hub + "' was deleted. Read from another one.";
            case ConsumerGroupDeleted(var hub, var group) ->
                "Consumer group '" + group + "' of hub '" + hub
                        + "' was deleted. Create it again, or read with '$Default'.";
            case LogUnreadable() ->
                "The telemetry log could not be read. Look into the log of the server for the cause, and at its disk.";
        };
    }

    /** Who proved nothing does not learn which policies there are. */
    @Override
    default String told(Commands commands) {
        return this instanceof PolicyKeyWrong
                ? "What was shown does not prove a shared access policy of this hub. Copy the connection string of the policy"
                        + " again."
                : explain(commands);
    }

    @Override
    default String condition() {
        return switch (this) {
            case TokenMissing _, PolicyKeyWrong _ -> AmqpError.UNAUTHORIZED_ACCESS;
            case TooManyReaders _ -> AmqpError.RESOURCE_LIMIT_EXCEEDED;
            case FilterNotUnderstood _, EpochNotANumber _ -> AmqpError.INVALID_FIELD;
            case UnknownConsumerGroup _, UnknownPartition _ -> AmqpError.NOT_FOUND;
            case StartBeyondEnd _ -> AmqpError.ARGUMENT_OUT_OF_RANGE;
            case EpochTooLow _, Superseded _ -> AmqpError.LINK_STOLEN;
            case HubDeleted _, ConsumerGroupDeleted _ -> AmqpError.RESOURCE_DELETED;
            case LogUnreadable _ -> AmqpError.INTERNAL_ERROR;
        };
    }
}
