package dev.holdfast.hub.service.message;

import dev.holdfast.base.Commands;
import dev.holdfast.hub.amqp.GateConditions;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.command.MessageRefusal;
import dev.holdfast.wire.amqp.AmqpError;

/** Why a message of a back end was not sent, or its link not opened: the whole list. */
sealed interface ServiceLinkRefusal extends Refusal {
    /** Stable word for logs, metrics and reports: the name of the case, or that of another list. */
    @Override
    default String reason() {
        return this instanceof NotSent(var why) ? why.reason() : getClass().getSimpleName();
    }

    /** @param to the address that the message has; cut */
    record MessageNamesNoDevice(String to) implements ServiceLinkRefusal {}

    record ServiceMessageMalformed(String what) implements ServiceLinkRefusal {}

    record NotSent(MessageRefusal why) implements ServiceLinkRefusal {}

    record MessageNotStored() implements ServiceLinkRefusal {}

    record FileNotificationsNotServed() implements ServiceLinkRefusal {}

    /** The hub was deleted while the link was open. */
    record HubOfLinkDeleted() implements ServiceLinkRefusal {}

    @Override
    default String explain(Commands commands) {
        return switch (this) {
            case MessageNamesNoDevice(var to) ->
                "The message is addressed to '" + to
                        + "', which is no device. Set its 'to' to '/devices/{device id}/messages/deviceBound' or"
                        + " '/devices/{device id}/modules/{module id}/messages/deviceBound'; official SDKs do so.";
            case ServiceMessageMalformed(var what) ->
                "The message can't be sent: " + what
                        + ". Send the body in data sections, and properties of simple types; official SDKs do so.";
            case NotSent(var why) -> why.explain();
            case MessageNotStored() ->
                "The message could not be written to disk, so it was not sent. Look at the space and the health of the hub's"
                        + " disk, and send it again.";
            case FileNotificationsNotServed() ->
                "File uploads are not served by this release of Holdfast yet, so nobody is notified of one. Look in"
                        + " docs/reference/compatibility.md for what is.";
            case HubOfLinkDeleted() -> "The hub was deleted. Connect to another one.";
        };
    }

    /** Chosen by what service SDKs make of it. */
    @Override
    default String condition() {
        return switch (this) {
            case MessageNamesNoDevice _, ServiceMessageMalformed _ -> AmqpError.ARGUMENT_ERROR;
            case MessageNotStored _ -> AmqpError.INTERNAL_ERROR;
            case FileNotificationsNotServed _ -> AmqpError.NOT_IMPLEMENTED;
            case HubOfLinkDeleted _ -> AmqpError.RESOURCE_DELETED;
            case NotSent(var why) ->
                switch (why) {
                    case MessageRefusal.NotPassed(var held) -> GateConditions.of(held);
                    case MessageRefusal.MessageDeviceMissing _, MessageRefusal.MessageModuleMissing _ ->
                        AmqpError.NOT_FOUND;
                    case MessageRefusal.CloudMessageTooLarge _, MessageRefusal.MessagePropertiesTooLong _ ->
                        AmqpError.LINK_MESSAGE_SIZE_EXCEEDED;
                    case MessageRefusal.TooManyMessageProperties _,
                            MessageRefusal.MessagePropertyUnfit _,
                            MessageRefusal.MessageExpiryPast _,
                            MessageRefusal.MessageExpiryTooFar _ -> AmqpError.ARGUMENT_ERROR;
                    case MessageRefusal.QueueOfDeviceFull _, MessageRefusal.QueuesOfHubFull _ ->
                        AmqpError.RESOURCE_LIMIT_EXCEEDED;
                    case MessageRefusal.MessageLockLost _, MessageRefusal.FeedbackLockLost _ ->
                        AmqpError.MESSAGE_LOCK_LOST;
                };
        };
    }

    @Override
    default Object details() {
        return this instanceof NotSent(var why) ? why : this;
    }
}
