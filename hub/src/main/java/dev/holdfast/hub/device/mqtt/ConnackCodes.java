package dev.holdfast.hub.device.mqtt;

import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.wire.mqtt.ConnackCode;

/**
 * The CONNACK code of every refusal, chosen by what the SDKs make of it.
 *
 * <p>All of them read 5 as "not authorized". The C SDK goes on trying after 3 and 5 and gives up for good after 1, 2
 * and 4. So what the operator can mend in the hub is 5, and a device in the field comes back by itself; 2 and 4 are
 * left for what only another program on the device can mend, and no SDK sends. 3 is never an answer to a client's
 * mistake: it means "try again later" to Node and Java.
 */
final class ConnackCodes {
    private ConnackCodes() {}

    static ConnackCode of(ConnectRefusal refusal) {
        return switch (refusal) {
            case ConnectRefusal.UserNameMissing missing -> ConnackCode.BAD_USER_NAME_OR_PASSWORD;
            case ConnectRefusal.UserNameMalformed malformed -> ConnackCode.BAD_USER_NAME_OR_PASSWORD;
            case ConnectRefusal.ClientIdMismatch mismatch -> ConnackCode.IDENTIFIER_REJECTED;
            case ConnectRefusal.UnknownHub unknown -> ConnackCode.NOT_AUTHORIZED;
            case ConnectRefusal.WillNotAllowed will -> ConnackCode.NOT_AUTHORIZED;
            case ConnectRefusal.NotAuthenticated(var why) -> of(why);
            case ConnectRefusal.Faulted(var why) -> of(why);
        };
    }

    private static ConnackCode of(FaultRefusal refusal) {
        return switch (refusal) {
            case FaultRefusal.RequestRefusedByFault(var _, var as, var _) ->
                switch (as) {
                    case THROTTLED, OVER_QUOTA -> ConnackCode.SERVER_UNAVAILABLE;
                    case UNAUTHORIZED -> ConnackCode.NOT_AUTHORIZED;
                };
            case FaultRefusal.FaultMalformed malformed -> ConnackCode.SERVER_UNAVAILABLE;
            case FaultRefusal.FaultImpossible impossible -> ConnackCode.SERVER_UNAVAILABLE;
            case FaultRefusal.TooManyFaults many -> ConnackCode.SERVER_UNAVAILABLE;
        };
    }

    private static ConnackCode of(AuthenticationRefusal refusal) {
        return switch (refusal) {
            case AuthenticationRefusal.NotPassed(var why) -> of(why);
            case AuthenticationRefusal.UnknownDevice r -> ConnackCode.NOT_AUTHORIZED;
            // Azure says 5; 3 would make Node and Java hammer the hub as if it were busy.
            case AuthenticationRefusal.DeviceDisabled r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.TlsNotAccepted r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.UnknownModule r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.NoCredentials r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.TokenMalformed r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.TokenExpired r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.TokenForOtherResource r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.TokenSignatureWrong r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.UnknownPolicy r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.PolicySignatureWrong r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.PolicyLacksRight r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.TokenNotAccepted r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.CertificateNotAccepted r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.ThumbprintMismatch r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.CertificateNotValidNow r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.CertificateDenied r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.ChainRefused r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.NotStanding r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.CommonNameMissing r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.CommonNameAmbiguous r -> ConnackCode.NOT_AUTHORIZED;
            case AuthenticationRefusal.CommonNameDiffers r -> ConnackCode.NOT_AUTHORIZED;
        };
    }

    private static ConnackCode of(GateRefusal refusal) {
        return switch (refusal) {
            case GateRefusal.Throttled r -> ConnackCode.SERVER_UNAVAILABLE;
            case GateRefusal.InjectedByRule(var hub, var operation, var rule, var action, var time) ->
                switch (action) {
                    case DELAY, DROP, REFUSE, THROTTLE -> ConnackCode.SERVER_UNAVAILABLE;
                    case EXPIRE -> ConnackCode.NOT_AUTHORIZED;
                };
        };
    }
}
