package dev.holdfast.hub.device;

import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.hub.twin.TwinRefusal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A refused twin request as devices read it: a status, and a body whose {@code errorCode} is all that the Node SDK looks
 * at. The first three digits of the code are the status.
 */
final class TwinErrors {
    static final int ARGUMENT_INVALID = 400004;
    private static final int FORMAT_ERROR = 400006;
    private static final int DEVICE_NOT_FOUND = 404001;
    private static final int MODULE_NOT_FOUND = 404010;
    private static final int PRECONDITION_FAILED = 412001;
    private static final int UNAUTHORIZED = 401002;
    private static final int THROTTLED = 429001;
    private static final int SERVICE_UNAVAILABLE = 503001;
    static final int SERVER_ERROR = 500001;

    private TwinErrors() {}

    static int code(TwinRefusal refusal) {
        return switch (refusal) {
            case TwinRefusal.NotPassed(var why) -> code(why);
            case TwinRefusal.TwinDeviceMissing _ -> DEVICE_NOT_FOUND;
            case TwinRefusal.TwinModuleMissing _ -> MODULE_NOT_FOUND;
            case TwinRefusal.TwinEtagMismatch _, TwinRefusal.ReportedVersionMismatch _ -> PRECONDITION_FAILED;
            case TwinRefusal.TwinNotJson _, TwinRefusal.TwinNotAnObject _, TwinRefusal.PatchMalformed _ -> FORMAT_ERROR;
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
                    TwinRefusal.PatchTargetDiffers _ -> ARGUMENT_INVALID;
        };
    }

    private static int code(GateRefusal refusal) {
        return switch (refusal) {
            case GateRefusal.Throttled _ -> THROTTLED;
            case GateRefusal.InjectedByRule(var _, var _, var _, var action, var _) ->
                switch (action) {
                    case DELAY, DROP, REFUSE -> SERVICE_UNAVAILABLE;
                    case EXPIRE -> UNAUTHORIZED;
                    case THROTTLE -> THROTTLED;
                };
        };
    }

    static int status(int code) {
        return code / 1000;
    }

    static byte[] body(int code, String message, Instant now) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("errorCode", code)
                .put("message", message)
                .put("trackingId", UUID.randomUUID().toString())
                .put("timestampUtc", now.toString())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }
}
