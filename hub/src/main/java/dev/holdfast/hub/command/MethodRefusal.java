package dev.holdfast.hub.command;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.throttle.GateRefusal;
import java.time.Duration;

/** Why a direct method has no answer of its device: the whole list. */
public sealed interface MethodRefusal {
    /** Stable word for logs, metrics and reports: the name of the case, or that of the gate's own list. */
    default String reason() {
        return this instanceof NotPassed(var why) ? why.reason() : getClass().getSimpleName();
    }

    /** The hub's gate did not let it pass. Reported by that reason. */
    record NotPassed(GateRefusal why) implements MethodRefusal {}

    record MethodDeviceMissing(DeviceId device) implements MethodRefusal {}

    record MethodModuleMissing(Identity module) implements MethodRefusal {}

    record MethodNameMalformed(int maxChars) implements MethodRefusal {}

    record MethodPayloadTooLong(int bytes, int maxBytes) implements MethodRefusal {}

    record MethodPayloadNotJson() implements MethodRefusal {}

    record MethodConnectTimeoutOutOfRange(Duration max) implements MethodRefusal {}

    record MethodResponseTimeoutOutOfRange(Duration min, Duration max) implements MethodRefusal {}

    /** @param connected whether it is connected and does not listen for methods */
    record DeviceNotOnline(Identity identity, boolean connected, Duration waited) implements MethodRefusal {}

    record TooManyCallsToDevice(Identity identity, int max, int maxBytes) implements MethodRefusal {}

    record TooManyCallsOfHub(int max) implements MethodRefusal {}

    record MethodNotAnswered(Identity identity, Duration waited) implements MethodRefusal {}

    /** The hub is deleted, or the server stops. */
    record MethodsEnded() implements MethodRefusal {}

    /** The connection on which the method was called is over. */
    record MethodConnectionEnded(Identity identity) implements MethodRefusal {}

    record MethodAnswerTooLong(Identity identity, int bytes, int maxBytes) implements MethodRefusal {}

    record MethodAnswerNotJson(Identity identity) implements MethodRefusal {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case NotPassed(var why) -> why.explain();
            case MethodDeviceMissing(var device) ->
                "No device with the id '" + device
                        + "' is registered, so none of its methods can be called. Compare the id:"
                        + " ids differ by case.";
            case MethodModuleMissing(var module) ->
                "No module '" + module
                        + "' is registered, so none of its methods can be called. Compare the ids: they differ"
                        + " by case.";
            case MethodNameMalformed(var max) ->
                "The name of the method can't be sent to a device. Use 1 to " + max
                        + " printable ASCII characters other than '/', '+', '#', '?' and '%'.";
            case MethodPayloadTooLong(var bytes, var max) ->
                "The payload has " + bytes + " bytes, and the limit is " + max
                        + ". Send less, or a link to where the rest is.";
            case MethodPayloadNotJson() ->
                "The payload is not JSON that can be sent, or its objects and arrays stand too deep in one another. Send one"
                        + " JSON value.";
            case MethodConnectTimeoutOutOfRange(var max) ->
                "The connectTimeoutInSeconds is out of range. Give 0 to " + max.toSeconds() + " seconds, or nothing.";
            case MethodResponseTimeoutOutOfRange(var min, var max) ->
                "The responseTimeoutInSeconds is out of range. Give " + min.toSeconds() + " to " + max.toSeconds()
                        + " seconds, or nothing.";
            case DeviceNotOnline(var identity, var connected, var waited) ->
                (connected
                                ? "'" + identity + "' is connected and does not listen for methods"
                                : "'" + identity + "' is not connected")
                        + after(waited)
                        + ". Have it connect and register a handler for methods, or wait longer with connectTimeoutInSeconds.";
            case TooManyCallsToDevice(var identity, var max, var maxBytes) ->
                "As many calls to '" + identity + "' wait for an answer as may: " + max + " calls, or payloads of "
                        + maxBytes + " bytes together. Wait for their answers before the next one.";
            case TooManyCallsOfHub(var max) ->
                "As many calls of this hub wait for an answer as may: " + max
                        + ". Wait for their answers before the next one.";
            case MethodNotAnswered(var identity, var waited) ->
                "'" + identity + "' was told of the call and did not answer within " + waited.toSeconds()
                        + " seconds. Look at what its handler does, or wait longer with responseTimeoutInSeconds.";
            case MethodsEnded() ->
                "The hub goes away while the call waits: it is deleted, or the server stops. Wait until it is back, and call again.";
            case MethodConnectionEnded(var identity) ->
                "The connection of '" + identity
                        + "' ended before it answered. Whether it ran the method is not known: check"
                        + " that before you call again.";
            case MethodAnswerTooLong(var identity, var bytes, var max) ->
                "The answer of '" + identity + "' has " + bytes + " bytes, and the limit is " + max
                        + ". Have the device send less, or upload the rest.";
            case MethodAnswerNotJson(var identity) ->
                "The answer of '" + identity
                        + "' is not JSON that can be passed on. Have the device send one JSON value in"
                        + " UTF-8, or nothing.";
        };
    }

    private static String after(Duration waited) {
        return waited.isZero() ? "" : ", and was waited for " + waited.toSeconds() + " seconds";
    }
}
