package dev.holdfast.hub.command;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.throttle.GateRefusal;
import java.time.Duration;
import java.time.Instant;

/** Why a cloud-to-device message was not taken, or can't be settled: the whole list. */
public sealed interface MessageRefusal {
    /** Stable word for logs, metrics and reports: the name of the case, or that of the gate's own list. */
    default String reason() {
        return this instanceof NotPassed(var why) ? why.reason() : getClass().getSimpleName();
    }

    /** The hub's gate did not let it pass. Reported by that reason. */
    record NotPassed(GateRefusal why) implements MessageRefusal {}

    record MessageDeviceMissing(DeviceId device) implements MessageRefusal {}

    record MessageModuleMissing(Identity module) implements MessageRefusal {}

    record CloudMessageTooLarge(long bytes, long maxBytes) implements MessageRefusal {}

    record TooManyMessageProperties(int count, int max) implements MessageRefusal {}

    record MessagePropertyUnfit(String name) implements MessageRefusal {}

    /** @param bytes percent-encoded, as they stand in a topic */
    record MessagePropertiesTooLong(int bytes, int maxBytes) implements MessageRefusal {}

    record MessageExpiryPast(Instant expires) implements MessageRefusal {}

    record MessageExpiryTooFar(Duration max) implements MessageRefusal {}

    record QueueOfDeviceFull(Identity identity, int max) implements MessageRefusal {}

    record QueuesOfHubFull(int max) implements MessageRefusal {}

    /** The lock ran out, was taken over by a newer connection, or never was. */
    record MessageLockLost(Identity identity) implements MessageRefusal {}

    /** The lock of a feedback batch ran out, or never was. */
    record FeedbackLockLost() implements MessageRefusal {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case NotPassed(var why) -> why.explain();
            case MessageDeviceMissing(var device) ->
                "No device with the id '" + device
                        + "' is registered, so no message waits for it. Compare the id: ids differ by case.";
            case MessageModuleMissing(var module) ->
                "No module '" + module
                        + "' is registered, so no message waits for it. Compare the ids: they differ by case.";
            case CloudMessageTooLarge(var bytes, var max) ->
                "The message has " + bytes + " bytes with its properties, and the limit is " + max
                        + ". Send less, or a link to where the rest is.";
            case TooManyMessageProperties(var count, var max) ->
                "The message has " + count + " application properties, and the limit is " + max + ". Send fewer.";
            case MessagePropertyUnfit(var name) ->
                "The property '" + name
                        + "' can't be sent to every device. Give it a name of 1 to " + MessageRules.NAME_MAX_CHARS
                        + " printable ASCII characters and a value without control characters or halves of surrogate pairs.";
            case MessagePropertiesTooLong(var bytes, var max) ->
                "The properties of the message have " + bytes
                        + " bytes when they are percent-encoded, as MQTT needs them, and the" + " limit is " + max
                        + ". Send less in properties; the body has room.";
            case MessageExpiryPast(var expires) ->
                "The message expired at " + expires
                        + ", before it came. Set a later time, or none, and compare the sender's clock with the hub's.";
            case MessageExpiryTooFar(var max) ->
                "The message would expire later than it may wait, which is " + max.toHours()
                        + " hours. Set an earlier time, or none.";
            case QueueOfDeviceFull(var identity, var max) ->
                "As many messages wait for '" + identity + "' as may, which is " + max
                        + ". Have the device receive them, let them expire sooner, or purge the queue.";
            case QueuesOfHubFull(var max) ->
                "As many messages wait for the devices of this hub as may, which is " + max
                        + ". Have devices receive theirs, or let messages expire sooner.";
            case MessageLockLost(var identity) ->
                "'" + identity
                        + "' holds no such lock: it ran out, a newer connection took the message over, or it was settled"
                        + " before. Wait for the message to be given out again, and settle it sooner.";
            case FeedbackLockLost() ->
                "There is no such lock on feedback: it ran out, or the batch was settled before. Wait for the batch to be"
                        + " given out again, and settle it sooner.";
        };
    }
}
