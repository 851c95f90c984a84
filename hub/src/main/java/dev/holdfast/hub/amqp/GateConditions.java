package dev.holdfast.hub.amqp;

import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.wire.amqp.AmqpError;

/** What AMQP calls what a hub's gate did not let pass, chosen by what the SDKs make of it. */
public final class GateConditions {
    private GateConditions() {}

    public static String of(GateRefusal refusal) {
        return switch (refusal) {
            case GateRefusal.Throttled _ -> AmqpError.DEVICE_CONTAINER_THROTTLED;
            case GateRefusal.InjectedByRule(var _, var _, var _, var action, var _) ->
                switch (action) {
                    case DELAY, DROP, REFUSE -> AmqpError.INTERNAL_ERROR;
                    case EXPIRE -> AmqpError.UNAUTHORIZED_ACCESS;
                    case THROTTLE -> AmqpError.DEVICE_CONTAINER_THROTTLED;
                };
        };
    }
}
