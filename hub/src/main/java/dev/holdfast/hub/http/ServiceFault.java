package dev.holdfast.hub.http;

import dev.holdfast.base.Commands;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.command.MessageRefusal;
import dev.holdfast.hub.command.MethodRefusal;
import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.identity.AuthenticationExplanation;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.hub.identity.RegistryRefusal;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.hub.telemetry.TelemetryRefusal;
import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.hub.twin.TwinRefusal;
import dev.holdfast.wire.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Why a call is refused. Thrown inside the faces of HTTPS and caught in one place of each. Has no stack: it is not a bug.
 *
 * <p>What the caller is told and what the operator is told are two texts, since the first must not help an attacker.
 */
public final class ServiceFault extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int PATH_MAX_CHARS = 200;

    private final ServiceError error;
    private final String reason;
    private final String toCaller;
    private final String toOperator;
    private final boolean reported;
    private final transient @Nullable Object refusal;

    private ServiceFault(
            ServiceError error,
            String reason,
            String toCaller,
            String toOperator,
            boolean reported,
            @Nullable Object refusal) {
        super(reason, null, false, false);
        this.error = error;
        this.reason = reason;
        this.toCaller = toCaller;
        this.toOperator = toOperator;
        this.reported = reported;
        this.refusal = refusal;
    }

    /** A call that can't be understood or isn't served; both may know all of it. */
    public static ServiceFault of(ServiceError error, String explanation) {
        return new ServiceFault(error, error.wireName(), explanation, explanation, true, null);
    }

    /** A back end that was not let in. */
    public static ServiceFault ofService(Hub hub, AuthenticationRefusal refusal) {
        return of(hub, refusal, mayServiceBeTold(refusal));
    }

    /** A device that was not let in. */
    public static ServiceFault ofDevice(Hub hub, AuthenticationRefusal refusal) {
        return of(hub, refusal, mayDeviceBeTold(refusal));
    }

    private static ServiceFault of(Hub hub, AuthenticationRefusal refusal, boolean mayBeTold) {
        String explanation = AuthenticationExplanation.of(refusal, new Commands(hub.name()));
        return new ServiceFault(
                ServiceError.UNAUTHORIZED_ACCESS,
                refusal.reason(),
                mayBeTold ? explanation : "Unauthorized.",
                explanation,
                true,
                refusal);
    }

    public static ServiceFault noToken() {
        String explanation = "The request has no Authorization field with a shared access signature. Give the"
                + " client a connection string, from which its SDK makes one.";
        return new ServiceFault(
                ServiceError.UNAUTHORIZED_ACCESS, "NoCredentials", explanation, explanation, true, null);
    }

    /** @param instead what to do, with a blank in front; or nothing */
    public static ServiceFault notServedYet(String what, String instead) {
        return of(
                ServiceError.FEATURE_NOT_SUPPORTED,
                what + " are not served by this release of Holdfast yet."
                        + (instead.isEmpty() ? " Look in docs/reference/compatibility.md for what is." : instead));
    }

    /** @param host as the caller named it, a checked host name */
    public static ServiceFault unknownHub(String host) {
        String explanation = "No hub of this installation answers to the host name '" + host
                + "'. Compare it with the host names of the hubs (" + Commands.plain("hub list")
                + "), as in their connection strings.";
        return new ServiceFault(ServiceError.GENERIC_NOT_FOUND, "UnknownHub", explanation, explanation, true, null);
    }

    public static ServiceFault unknownPath(HttpRequest request) {
        String path = String.join("/", request.path());
        String explanation = "Nothing is served at this path of '" + request.host()
                + "'. Correct the host name or the path in the client; if none of yours asks for this, ignore it.";
        return new ServiceFault(
                ServiceError.GENERIC_NOT_FOUND,
                "UnknownPath",
                explanation,
                explanation + " It was " + request.method() + " /"
                        + path.substring(0, Math.min(PATH_MAX_CHARS, path.length())) + ".",
                true,
                null);
    }

    /** What the hub's gate did not let pass; whoever sees that too much comes wants to know from where. */
    public static ServiceFault of(GateRefusal refusal) {
        return new ServiceFault(error(refusal), refusal.reason(), refusal.explain(), refusal.explain(), true, refusal);
    }

    private static ServiceError error(GateRefusal refusal) {
        return switch (refusal) {
            case GateRefusal.Throttled _ -> ServiceError.THROTTLED;
            case GateRefusal.InjectedByRule(var _, var _, var _, var action, var _) ->
                switch (action) {
                    case DELAY, DROP, REFUSE -> ServiceError.SERVICE_UNAVAILABLE;
                    case EXPIRE -> ServiceError.UNAUTHORIZED_ACCESS;
                    case THROTTLE -> ServiceError.THROTTLED;
                };
        };
    }

    /** The registry's answer to a caller who was let in: everyday business, so nobody else is told. */
    public static ServiceFault of(RegistryRefusal refusal) {
        if (refusal instanceof RegistryRefusal.NotPassed(var why)) {
            return of(why);
        }
        return new ServiceFault(error(refusal), refusal.reason(), refusal.explain(), refusal.explain(), false, refusal);
    }

    public static ServiceError error(RegistryRefusal refusal) {
        return switch (refusal) {
            case RegistryRefusal.NotPassed(var why) -> error(why);
            case RegistryRefusal.DeviceExists _ -> ServiceError.DEVICE_ALREADY_EXISTS;
            case RegistryRefusal.DeviceMissing _ -> ServiceError.DEVICE_NOT_FOUND;
            case RegistryRefusal.ModuleExists _ -> ServiceError.MODULE_ALREADY_EXISTS;
            case RegistryRefusal.ModuleMissing _ -> ServiceError.MODULE_NOT_FOUND;
            case RegistryRefusal.TooManyModules _ -> ServiceError.TOO_MANY_MODULES;
            case RegistryRefusal.EtagMismatch _ -> ServiceError.PRECONDITION_FAILED;
            case RegistryRefusal.StatusReasonTooLong _, RegistryRefusal.ManagedByTooLong _ ->
                ServiceError.ARGUMENT_INVALID;
            case RegistryRefusal.DeviceWithoutKeys _, RegistryRefusal.ModuleWithoutKeys _ ->
                ServiceError.INVALID_OPERATION;
        };
    }

    /** Missing and changed twins are everyday answers; what is malformed, an operator wants to know. */
    public static ServiceFault of(TwinRefusal refusal) {
        if (refusal instanceof TwinRefusal.NotPassed(var why)) {
            return of(why);
        }
        ServiceError error = error(refusal);
        boolean reported = error.status() == 400;
        return new ServiceFault(error, refusal.reason(), refusal.explain(), refusal.explain(), reported, refusal);
    }

    public static ServiceError error(TwinRefusal refusal) {
        return switch (refusal) {
            case TwinRefusal.NotPassed(var why) -> error(why);
            case TwinRefusal.TwinDeviceMissing _ -> ServiceError.DEVICE_NOT_FOUND;
            case TwinRefusal.TwinModuleMissing _ -> ServiceError.MODULE_NOT_FOUND;
            case TwinRefusal.TwinEtagMismatch _, TwinRefusal.ReportedVersionMismatch _ ->
                ServiceError.PRECONDITION_FAILED;
            case TwinRefusal.TwinNotJson _, TwinRefusal.TwinNotAnObject _, TwinRefusal.PatchMalformed _ ->
                ServiceError.FORMAT_ERROR;
            case TwinRefusal.TwinRequestTooLong _,
                    TwinRefusal.TwinTooLarge _,
                    TwinRefusal.TwinChangeTooLarge _,
                    TwinRefusal.TwinTooDeep _,
                    TwinRefusal.TwinKeyMalformed _,
                    TwinRefusal.TwinValueTooLong _,
                    TwinRefusal.TwinTextMalformed _,
                    TwinRefusal.TwinNumberOutOfRange _,
                    TwinRefusal.PatchOperationNotSupported _,
                    TwinRefusal.PatchPathUnfit _,
                    TwinRefusal.PatchValueUnfit _,
                    TwinRefusal.PatchTargetDiffers _ -> ServiceError.ARGUMENT_INVALID;
        };
    }

    /** That a device is not there or does not answer is an everyday answer. */
    public static ServiceFault of(MethodRefusal refusal) {
        if (refusal instanceof MethodRefusal.NotPassed(var why)) {
            return of(why);
        }
        ServiceError error = error(refusal);
        boolean reported = error.status() == 400;
        return new ServiceFault(error, refusal.reason(), refusal.explain(), refusal.explain(), reported, refusal);
    }

    private static ServiceError error(MethodRefusal refusal) {
        return switch (refusal) {
            case MethodRefusal.NotPassed(var why) -> error(why);
            case MethodRefusal.MethodDeviceMissing _ -> ServiceError.DEVICE_NOT_FOUND;
            case MethodRefusal.MethodModuleMissing _ -> ServiceError.MODULE_NOT_FOUND;
            case MethodRefusal.MethodNameMalformed _,
                    MethodRefusal.MethodConnectTimeoutOutOfRange _,
                    MethodRefusal.MethodResponseTimeoutOutOfRange _ -> ServiceError.ARGUMENT_INVALID;
            case MethodRefusal.MethodPayloadNotJson _ -> ServiceError.FORMAT_ERROR;
            case MethodRefusal.MethodPayloadTooLong _ -> ServiceError.MESSAGE_TOO_LARGE;
            case MethodRefusal.DeviceNotOnline _ -> ServiceError.DEVICE_NOT_ONLINE;
            case MethodRefusal.TooManyCallsToDevice _ -> ServiceError.TOO_MANY_METHODS_IN_FLIGHT;
            case MethodRefusal.TooManyCallsOfHub _ -> ServiceError.BACKLOG_LIMIT_EXCEEDED;
            case MethodRefusal.MethodsEnded _ -> ServiceError.SERVICE_UNAVAILABLE;
            case MethodRefusal.MethodNotAnswered _ -> ServiceError.GATEWAY_TIMEOUT;
            case MethodRefusal.MethodConnectionEnded _ -> ServiceError.DEVICE_CONNECTION_CLOSED;
            case MethodRefusal.MethodAnswerTooLong _, MethodRefusal.MethodAnswerNotJson _ -> ServiceError.BAD_GATEWAY;
        };
    }

    /** That a queue is full or a lock lost is an everyday answer. */
    public static ServiceFault of(MessageRefusal refusal) {
        if (refusal instanceof MessageRefusal.NotPassed(var why)) {
            return of(why);
        }
        ServiceError error = error(refusal);
        boolean reported = error.status() == 400;
        return new ServiceFault(error, refusal.reason(), refusal.explain(), refusal.explain(), reported, refusal);
    }

    private static ServiceError error(MessageRefusal refusal) {
        return switch (refusal) {
            case MessageRefusal.NotPassed(var why) -> error(why);
            case MessageRefusal.MessageDeviceMissing _ -> ServiceError.DEVICE_NOT_FOUND;
            case MessageRefusal.MessageModuleMissing _ -> ServiceError.MODULE_NOT_FOUND;
            case MessageRefusal.CloudMessageTooLarge _, MessageRefusal.MessagePropertiesTooLong _ ->
                ServiceError.MESSAGE_TOO_LARGE;
            case MessageRefusal.TooManyMessageProperties _,
                    MessageRefusal.MessagePropertyUnfit _,
                    MessageRefusal.MessageExpiryPast _,
                    MessageRefusal.MessageExpiryTooFar _ -> ServiceError.ARGUMENT_INVALID;
            case MessageRefusal.QueueOfDeviceFull _ -> ServiceError.DEVICE_MAXIMUM_QUEUE_DEPTH_EXCEEDED;
            case MessageRefusal.QueuesOfHubFull _ -> ServiceError.BACKLOG_LIMIT_EXCEEDED;
            case MessageRefusal.MessageLockLost _, MessageRefusal.FeedbackLockLost _ ->
                ServiceError.DEVICE_MESSAGE_LOCK_LOST;
        };
    }

    /** Telemetry that was not taken; an operator wants to know of each. */
    public static ServiceFault of(TelemetryRefusal refusal) {
        if (refusal instanceof TelemetryRefusal.NotPassed(var why)) {
            return of(why);
        }
        return new ServiceFault(error(refusal), refusal.reason(), refusal.explain(), refusal.explain(), true, refusal);
    }

    private static ServiceError error(TelemetryRefusal refusal) {
        return switch (refusal) {
            case TelemetryRefusal.NotPassed(var why) -> error(why);
            case TelemetryRefusal.MessageTooLarge _, TelemetryRefusal.BatchTooLarge _ -> ServiceError.MESSAGE_TOO_LARGE;
            case TelemetryRefusal.TooManyProperties _,
                    TelemetryRefusal.TooManyInBatch _,
                    TelemetryRefusal.BatchEmpty _ -> ServiceError.ARGUMENT_INVALID;
            case TelemetryRefusal.NotStored _ -> ServiceError.SERVICE_UNAVAILABLE;
            case TelemetryRefusal.Faulted(var why) -> error(why);
        };
    }

    private static ServiceError error(FaultRefusal refusal) {
        return switch (refusal) {
            case FaultRefusal.RequestRefusedByFault(var _, var as, var _) ->
                switch (as) {
                    case THROTTLED -> ServiceError.THROTTLED;
                    case OVER_QUOTA -> ServiceError.QUOTA_EXCEEDED;
                    case UNAUTHORIZED -> ServiceError.UNAUTHORIZED_ACCESS;
                };
            case FaultRefusal.FaultMalformed _, FaultRefusal.FaultImpossible _ -> ServiceError.ARGUMENT_INVALID;
            case FaultRefusal.TooManyFaults _ -> ServiceError.THROTTLED;
        };
    }

    /** The connection was cut before an answer; told to the operator alone. */
    public static ServiceFault ofCut(Hub hub, LinkEnd end, String device) {
        String explanation = end.explain(new Commands(hub.name()), device);
        return new ServiceFault(ServiceError.SERVICE_UNAVAILABLE, end.reason(), explanation, explanation, true, end);
    }

    /**
     * What is wrong with a token by itself, its sender may know; and what its policy may not do, because it proved to hold the key.
     * Which names and keys exist is nobody's business.
     */
    private static boolean mayServiceBeTold(AuthenticationRefusal refusal) {
        return switch (refusal) {
            case AuthenticationRefusal.TokenMalformed _,
                    AuthenticationRefusal.TokenExpired _,
                    AuthenticationRefusal.TokenForOtherResource _ -> true;
            default -> mayDeviceBeTold(refusal);
        };
    }

    /**
     * Only what is found before the registry is asked, or after the client proved something. A device's token is judged when the
     * device was found, so that even "the token can't be read" would tell that there is such a device.
     */
    private static boolean mayDeviceBeTold(AuthenticationRefusal refusal) {
        return switch (refusal) {
            case AuthenticationRefusal.TlsNotAccepted _,
                    AuthenticationRefusal.PolicyLacksRight _,
                    AuthenticationRefusal.NotPassed _ -> true;
            case AuthenticationRefusal.NoCredentials _,
                    AuthenticationRefusal.TokenMalformed _,
                    AuthenticationRefusal.TokenExpired _,
                    AuthenticationRefusal.TokenForOtherResource _,
                    AuthenticationRefusal.UnknownDevice _,
                    AuthenticationRefusal.UnknownModule _,
                    AuthenticationRefusal.DeviceDisabled _,
                    AuthenticationRefusal.TokenSignatureWrong _,
                    AuthenticationRefusal.UnknownPolicy _,
                    AuthenticationRefusal.PolicySignatureWrong _,
                    AuthenticationRefusal.TokenNotAccepted _,
                    AuthenticationRefusal.CertificateNotAccepted _,
                    AuthenticationRefusal.ThumbprintMismatch _,
                    AuthenticationRefusal.CertificateNotValidNow _,
                    AuthenticationRefusal.CertificateDenied _,
                    AuthenticationRefusal.NotStanding _,
                    AuthenticationRefusal.ChainRefused _,
                    AuthenticationRefusal.CommonNameMissing _,
                    AuthenticationRefusal.CommonNameAmbiguous _,
                    AuthenticationRefusal.CommonNameDiffers _ -> false;
        };
    }

    public ServiceError error() {
        return error;
    }

    /** Stable word for reports. */
    public String reason() {
        return reason;
    }

    public String toCaller() {
        return toCaller;
    }

    public String toOperator() {
        return toOperator;
    }

    /** Whether an operator wants to know of it. */
    public boolean isReported() {
        return reported;
    }

    /** What the reason is the name of, for its details; null when it is the error alone. */
    public @Nullable Object refusal() {
        return refusal;
    }
}
