package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.Commands;
import dev.holdfast.hub.amqp.GateConditions;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.identity.AuthenticationExplanation;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.hub.telemetry.TelemetryRefusal;
import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.wire.amqp.AmqpError;

/** Why a device's token, link or message was refused: the whole list. */
sealed interface DeviceRefusal extends Refusal {
    /** Stable word for logs, metrics and reports: the name of the case, or that of another list. */
    @Override
    default String reason() {
        return switch (this) {
            case NotAuthenticated(var why) -> why.reason();
            case NotTaken(var why) -> why.reason();
            case NotPassed(var why) -> why.reason();
            case Faulted(var why) -> why.reason();
            default -> getClass().getSimpleName();
        };
    }

    record NotAuthenticated(AuthenticationRefusal why) implements DeviceRefusal {}

    /** Signed with no policy's key, and for a host or a path that is none of a device. */
    record TokenNamesNoDevice(String resource) implements DeviceRefusal {}

    record TooManyLinksOfDevice(int max) implements DeviceRefusal {}

    /** More links and tokens wait to be judged than one connection may have. */
    record TooMuchAtOnce() implements DeviceRefusal {}

    /** The digital-twin model that a link announces. */
    record ModelIdMalformed(int chars, int maxChars) implements DeviceRefusal {}

    /** A telemetry message, or one of a batch. */
    record MessageMalformed(String what) implements DeviceRefusal {}

    record NotTaken(TelemetryRefusal why) implements DeviceRefusal {}

    /** A request for a twin; the device is told in its answer. */
    record NotPassed(GateRefusal why) implements DeviceRefusal {}

    /** For the sake of an injected fault. */
    record Faulted(FaultRefusal why) implements DeviceRefusal {}

    record TwinRequestMalformed(String what) implements DeviceRefusal {}

    record MethodAnswerMalformed(String what) implements DeviceRefusal {}

    /** The peer grants no credit for what it asked to be told. */
    record DeviceDoesNotRead(String address) implements DeviceRefusal {}

    /** The queue of messages to the device. */
    record QueueUnreadable() implements DeviceRefusal {}

    @Override
    default String explain(Commands commands) {
        return switch (this) {
            case NotAuthenticated(var why) -> AuthenticationExplanation.of(why, commands);
            case TokenNamesNoDevice(var resource) ->
                "The token is for '" + resource + "', which is no device, and it names no shared access policy (skn)."
                        + " Sign it for '{host name}/devices/{device id}[/modules/{module id}]', as official SDKs do.";
            case TooManyLinksOfDevice(var max) ->
                "The device has " + max
                        + " links on this connection, and that is the limit. Close those that are not used.";
            case TooMuchAtOnce() ->
                "Too many links and tokens of this connection wait to be judged. Wait for answers before the next ones are sent.";
            case ModelIdMalformed(var chars, var maxChars) ->
                "The link's property '" + DevicesPart.MODEL_ID + "' is longer than " + maxChars
                        + " characters or holds a control character; it has " + chars
                        + ". Set it to the id of a digital-twin model, as 'dtmi:com:example:Thermostat;1'.";
            case MessageMalformed(var what) ->
                "The message can't be stored: " + what
                        + ". Send the body in data sections, and properties of simple types; official SDKs do so.";
            case NotTaken(var why) -> why.explain();
            case NotPassed(var why) -> why.explain();
            case Faulted(var why) -> why.explain();
            case TwinRequestMalformed(var what) ->
                "The twin request can't be understood: " + what
                        + ". Send a correlation id and the annotations 'operation' and 'resource', as official SDKs do.";
            case MethodAnswerMalformed(var what) ->
                "The answer to a method can't be understood: " + what
                        + ". Send back the correlation id of the call, with 'IoThub-status' as application property.";
            case DeviceDoesNotRead(var address) ->
                "The device grants no credit on '" + address
                        + "' for what it asked to be told, and too much waits. Attach again, read the twin, and grant credit.";
            case QueueUnreadable() ->
                "The messages that wait for the device could not be read or settled. Look into the log of the server for the"
                        + " cause, and at its disk.";
        };
    }

    /** Who proved nothing does not learn which devices there are: all that is told before is one sentence. */
    @Override
    default String told(Commands commands) {
        return switch (this) {
            case NotAuthenticated(AuthenticationRefusal.TlsNotAccepted _),
                    NotAuthenticated(AuthenticationRefusal.NotPassed _),
                    NotAuthenticated(AuthenticationRefusal.DeviceDisabled _),
                    NotAuthenticated(AuthenticationRefusal.PolicyLacksRight _) -> explain(commands);
            case NotAuthenticated _ ->
                "What was shown does not prove this device. Compare its id and its key or certificate with what is registered,"
                        + " and ask the operator for the report, which says what is wrong.";
            default -> explain(commands);
        };
    }

    @Override
    default String condition() {
        return switch (this) {
            case NotAuthenticated(AuthenticationRefusal.NotPassed(var why)) -> GateConditions.of(why);
            case NotTaken(TelemetryRefusal.NotPassed(var why)) -> GateConditions.of(why);
            case NotPassed(var why) -> GateConditions.of(why);
            case NotAuthenticated _, TokenNamesNoDevice _ -> AmqpError.UNAUTHORIZED_ACCESS;
            case TooManyLinksOfDevice _, TooMuchAtOnce _, DeviceDoesNotRead _ -> AmqpError.RESOURCE_LIMIT_EXCEEDED;
            case ModelIdMalformed _, MessageMalformed _, TwinRequestMalformed _, MethodAnswerMalformed _ ->
                AmqpError.INVALID_FIELD;
            case NotTaken(TelemetryRefusal.MessageTooLarge _),
                    NotTaken(TelemetryRefusal.BatchTooLarge _),
                    NotTaken(TelemetryRefusal.TooManyInBatch _) -> AmqpError.LINK_MESSAGE_SIZE_EXCEEDED;
            case NotTaken(TelemetryRefusal.TooManyProperties _), NotTaken(TelemetryRefusal.BatchEmpty _) ->
                AmqpError.INVALID_FIELD;
            case NotTaken(TelemetryRefusal.NotStored _), QueueUnreadable _ -> AmqpError.INTERNAL_ERROR;
            case NotTaken(TelemetryRefusal.Faulted(var why)) -> conditionOf(why);
            case Faulted(var why) -> conditionOf(why);
        };
    }

    private static String conditionOf(FaultRefusal refusal) {
        return switch (refusal) {
            case FaultRefusal.RequestRefusedByFault(var _, var as, var _) ->
                switch (as) {
                    case THROTTLED -> AmqpError.DEVICE_CONTAINER_THROTTLED;
                    case OVER_QUOTA -> AmqpError.RESOURCE_LIMIT_EXCEEDED;
                    case UNAUTHORIZED -> AmqpError.UNAUTHORIZED_ACCESS;
                };
            case FaultRefusal.FaultMalformed _, FaultRefusal.FaultImpossible _ -> AmqpError.INVALID_FIELD;
            case FaultRefusal.TooManyFaults _ -> AmqpError.RESOURCE_LIMIT_EXCEEDED;
        };
    }

    /** Whether the peer is not told at all. */
    default boolean isSwallowed() {
        return switch (this) {
            case NotTaken(TelemetryRefusal.NotPassed(var why)) -> why.isSwallowed();
            case NotAuthenticated(AuthenticationRefusal.NotPassed(var why)) -> why.isSwallowed();
            default -> false;
        };
    }
}
