package dev.holdfast.hub.amqp;

import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.wire.amqp.AmqpError;

/** What AMQP calls what a hub's gate did not let pass, chosen by what the SDKs make of it. */
public final class GateConditions {
    private GateConditions() {}

    public static String of(GateRefusal refusal) {
        return switch (refusal) {
            case GateRefusal.Throttled _ -> AmqpError.DEVICE_CONTAINER_THROTTLED;
        };
    }
}
