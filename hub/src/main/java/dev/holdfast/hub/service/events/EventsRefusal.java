package dev.holdfast.hub.service.events;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.hub.identity.AuthenticationExplanation;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import java.time.Duration;

/** Why the endpoint refused or ended something: the whole list. */
sealed interface EventsRefusal {
    /** Stable word for logs, metrics and reports: the name of the case, or that of the authentication's own list. */
    default String reason() {
        return this instanceof NotAuthenticated(var why)
                ? why.reason()
                : getClass().getSimpleName();
    }

    /** A token or key was judged and is not good enough. */
    record NotAuthenticated(AuthenticationRefusal why) implements EventsRefusal {}

    /** Nothing was shown that allows it. */
    record TokenMissing(String address) implements EventsRefusal {}

    /** An Entra ID token. */
    record BearerToken() implements EventsRefusal {}

    /** A token that is signed with a device's key. */
    record DeviceToken() implements EventsRefusal {}

    record TooManyTokens(int max) implements EventsRefusal {}

    record PolicyKeyWrong(String policy) implements EventsRefusal {}

    record NeverAuthorized(Duration maxTime) implements EventsRefusal {}

    record TooManyLinksUnauthorized(int max) implements EventsRefusal {}

    /** Guessing, or a client that does not stop. */
    record TooManyRefusals(int max) implements EventsRefusal {}

    record RequestMalformed(String what) implements EventsRefusal {}

    record UnknownOperation(String operation) implements EventsRefusal {}

    record UnknownAddress(String address) implements EventsRefusal {}

    record UnknownHub(String name) implements EventsRefusal {}

    record UnknownConsumerGroup(HubName hub, String group) implements EventsRefusal {}

    record UnknownPartition(HubName hub, String partition, int partitions) implements EventsRefusal {}

    /** Telemetry comes from devices; nobody writes it here. */
    record SendingNotAllowed(String address) implements EventsRefusal {}

    /**
     * A device that speaks AMQP.
     *
     * @param device as the peer named it, perhaps with its module
     */
    record DeviceOverAmqp(String device) implements EventsRefusal {}

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

    /** The answer can't be sent: no link to receive it, or the peer takes none of the answers that wait. */
    record NoAnswerLink(String node) implements EventsRefusal {}

    /**
     * What happened and what to change, in sentences. The Event Hubs client for JavaScript takes a refusal for "not found" only
     * by the words {@code The messaging entity … could not be found}, and tries for ever otherwise.
     *
     * @param commands of the hub that was asked for
     */
    default String explain(Commands commands) {
        return switch (this) {
            case NotAuthenticated(var why) -> AuthenticationExplanation.of(why, commands);
            case TokenMissing(var address) ->
                "Nothing that was shown on this connection allows '" + address
                        + "', or the token for it ran out. Put a token of a shared access policy with ServiceConnect on $cbs"
                        + " first; official clients do that when they are given an event-hub connection string.";
            case BearerToken() ->
                "Tokens of Microsoft Entra ID are not accepted here. Use a connection string with a SharedAccessKey.";
            case DeviceToken() ->
                "The token names no shared access policy (skn), so it is one of a device. Use a policy with"
                        + " ServiceConnect, such as 'service', to read telemetry; devices connect over MQTT in this release of Holdfast, by default on port 8883.";
            case TooManyTokens(var max) ->
                "The connection holds " + max
                        + " tokens, and that is the limit. Sign one token for the whole hub instead.";
            case PolicyKeyWrong(var policy) ->
                "The password is neither key of the shared access policy '" + policy
                        + "'. Copy it again from the connection string ("
                        + commands.ofHub("hub access-policy show " + Commands.argument(policy, "NAME"))
                        + "); a key that was renewed no longer works.";
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
                        + "'. Read telemetry from '{hub}/ConsumerGroups/{group}/Partitions/{partition}'.";
            case UnknownHub(var name) ->
                "The messaging entity '" + name
                        + "' could not be found: there is no hub of this name. Compare the EntityPath of the connection string"
                        + " with " + Commands.plain("hub list") + ".";
            case UnknownConsumerGroup(var hub, var group) ->
                "The messaging entity '" + hub + "/ConsumerGroups/" + group
                        + "' could not be found: the hub has no such consumer group. Create it ("
                        + commands.ofHub("hub consumer-group create " + Commands.argument(group, "NAME"))
                        + "), or read with '$Default'.";
            case UnknownPartition(var hub, var partition, var partitions) ->
                "Hub '" + hub + "' has no partition '" + partition + "': they are 0 to " + (partitions - 1)
                        + ". Use one of them.";
            case SendingNotAllowed(var address) ->
                "Nothing can be sent to '" + address + "'. Send telemetry as a device, and commands over HTTPS.";
            case DeviceOverAmqp(var device) ->
                "Device '" + device
                        + "' speaks AMQP, which this release of Holdfast does not serve for devices yet. Telemetry goes over MQTT, on"
                        + " port 8883 by default: choose MQTT as the transport of the client.";
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
            case NoAnswerLink(var node) ->
                "The answer can't be sent. Attach a receiver to '" + node + "', grant it credit and take the answers.";
        };
    }
}
