package dev.holdfast.hub.device.mqtt;

import dev.holdfast.base.Commands;
import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.identity.AuthenticationExplanation;
import dev.holdfast.hub.identity.AuthenticationRefusal;

/** Why a CONNECT was refused: the whole list. The code that the client gets is derived in {@link ConnackCodes}. */
sealed interface ConnectRefusal {
    /** Stable word for logs, metrics and reports. */
    default String reason() {
        return switch (this) {
            case NotAuthenticated(var why) -> why.reason();
            case Faulted(var why) -> why.reason();
            default -> getClass().getSimpleName();
        };
    }

    record UserNameMissing() implements ConnectRefusal {}

    record UserNameMalformed(String what) implements ConnectRefusal {}

    record UnknownHub(String host) implements ConnectRefusal {}

    /** The client id is not what the user name names. */
    record ClientIdMismatch(String clientId, String named) implements ConnectRefusal {}

    record WillNotAllowed(PublishRefusal why) implements ConnectRefusal {}

    record NotAuthenticated(AuthenticationRefusal why) implements ConnectRefusal {}

    /** For the sake of an injected fault. */
    record Faulted(FaultRefusal why) implements ConnectRefusal {}

    /**
     * What happened and what to change, in sentences.
     *
     * @param commands of the hub that the client asked for
     */
    default String explain(Commands commands) {
        return switch (this) {
            case UserNameMissing() ->
                "CONNECT has no user name. Set it to '{host name}/{device id}/?api-version=2021-04-12',"
                        + " with a token as password or a certificate in the handshake; official SDKs do so.";
            case UserNameMalformed(var what) ->
                "The MQTT user name can't be read: " + what
                        + ". Set it to '{host name}/{device id}[/{module id}]/?api-version=2021-04-12'.";
            case UnknownHub(var host) ->
                "The MQTT user name names the host '" + host
                        + "', which leads to no hub of this installation. Correct HostName in the client's connection"
                        + " string (" + Commands.plain("hub list") + " shows the hubs there are), or create the hub.";
            case ClientIdMismatch(var clientId, var named) ->
                "The client id is '" + clientId + "', and the user name names '" + named
                        + "'. Set both to '{device id}' or '{device id}/{module id}'; they are compared by case.";
            case WillNotAllowed(var why) ->
                "The Will was refused: " + why.explain() + " A Will goes to the device's own telemetry topic.";
            case NotAuthenticated(var why) -> AuthenticationExplanation.of(why, commands);
            case Faulted(var why) -> why.explain();
        };
    }
}
